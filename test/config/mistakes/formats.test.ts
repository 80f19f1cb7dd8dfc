import { each } from '../mistaken.ts';

const from = 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const flat = (lines: string): string => `${from}\n    format: pacto-plano\n${lines}`;

each([
  {
    name: 'unknown format',
    from,
    to: `${from}\n    format: pactoplano`,
    want: [
      '26:13: format "pactoplano" is unknown; did you mean "pacto-plano"?',
      '  known values: giro, cloudevents, cloudevents-binary, pacto-plano, transparente',
    ],
  },
  {
    name: 'fields of another format',
    from,
    to: `${from}\n    format: cloudevents\n    fields: { matricula: pessoa.matricula }`,
    want: ['27:5: "fields" only goes with format: pacto-plano'],
  },
  {
    name: 'constants without a format',
    from,
    to: `${from}\n    constants: { origem: catraca }`,
    want: ['26:5: "constants" only goes with format: pacto-plano'],
  },
  {
    name: 'unknown member, near another',
    from,
    to: flat('    fields: { matricula: pessoa.matrcula }'),
    want: [
      '27:26: member "pessoa.matrcula" is unknown; did you mean "pessoa.matricula"?',
      '  known members: pessoa.tipo, pessoa.sistema, pessoa.idExterno, pessoa.matricula, pessoa.codigoCliente, pessoa.codigoPessoa, pessoa.nome',
    ],
  },
  {
    name: 'a group instead of a member',
    from,
    to: flat('    fields: { unidade: unidade }'),
    want: [
      '27:24: member "unidade" is a group',
      '  known members: unidade.apelido, unidade.nome, unidade.fuso',
    ],
  },
  {
    name: 'a field that is no text',
    from,
    to: flat('    fields: { matricula: 5 }'),
    want: ['27:26: fields.matricula: expected text, found 5', '  put it in quotes: "5"'],
  },
  {
    name: 'a constant that is no single value',
    from,
    to: flat('    constants: { origem: [catraca] }'),
    want: ['27:26: constants.origem: expected text or a number or true or false, found a list'],
  },
  {
    name: 'a constant of nothing',
    from,
    to: flat('    constants: { origem: }'),
    want: ['27:26: constants.origem: expected text or a number or true or false, found nothing'],
  },
  {
    name: 'values of an unknown field',
    from,
    to: flat('    fields: { sentido: acesso.sentido }\n    values: { sentdo: { entrada: E } }'),
    want: ['28:15: field "sentdo" is unknown; did you mean "sentido"?', '  known fields: sentido'],
  },
  {
    name: 'a field that is a constant too',
    from,
    to: flat('    fields: { sentido: acesso.sentido }\n    constants: { sentido: E }'),
    want: ['28:18: field "sentido" is in fields too'],
  },
  {
    name: 'values of a guessed field that is a constant',
    from,
    to: flat('    constants: { sentido: E }\n    values: { sentido: { entrada: E } }'),
    want: [
      '28:15: field "sentido" is unknown',
      '  known fields: chave, empresa, evento, matricula, codigoCliente, codigoPessoa, dtHrEntrada, meioIdentificacaoEntrada',
    ],
  },
  {
    name: 'no field at all',
    from,
    to: flat('    fields: {}'),
    want: ['27:13: fields: must not be empty'],
  },
  {
    name: 'chave without includeKey',
    from,
    to: flat('    fields: { chave: chave }'),
    want: ['27:22: chave is only sent with includeKey: true'],
  },
  {
    name: 'includeKey where a unit has no key',
    from,
    to: `${from}\n    units: [centro]\n    includeKey: true`,
    want: [
      '27:17: unit "centro" has no key to include',
      '  give the unit its key, or take the unit out of the units of this webhook',
    ],
  },
  {
    name: 'a key that is no key',
    from: 'company: 1',
    to: 'company: 1\n    key: feedbeef',
    want: ['6:10: key: expected 32 hexadecimal digits'],
  },
]);
