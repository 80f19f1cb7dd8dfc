import { each } from '../mistaken.ts';

each([
  {
    name: 'unknown driver, near another',
    from: 'driver: henry',
    to: 'driver: henri',
    want: ['14:13: driver "henri" is unknown; did you mean "henry"?', '  known drivers: henry, lines'],
  },
  {
    name: 'unknown driver, near none',
    from: 'driver: henry',
    to: 'driver: topdata',
    want: ['14:13: driver "topdata" is unknown', '  known drivers: henry, lines'],
  },
  {
    name: 'unknown language',
    from: 'name: recepcao',
    to: `name: recepcao
  language: pt`,
    want: ['3:13: agent.language "pt" is unknown; did you mean "pt-BR"?', '  known values: pt-BR, en'],
  },
  {
    name: 'unknown event',
    from: 'id: crm',
    to: `id: crm
    events: [notificarAceso]`,
    want: [
      '24:14: events "notificarAceso" is unknown; did you mean "notificarAcesso"?',
      '  known events: notificarAcesso, notificarCadastro, notificarContrato, notificarVendaAvulsa, notificarPagamento, eventoNuvem, giro.alerta, giro.lacuna, giro.resumo',
    ],
  },
  {
    name: 'unknown event of Giro’s own',
    from: 'id: crm',
    to: `id: crm
    events: [giro.alertas]`,
    want: [
      '24:14: events "giro.alertas" is unknown; did you mean "giro.alerta"?',
      '  known events: notificarAcesso, notificarCadastro, notificarContrato, notificarVendaAvulsa, notificarPagamento, eventoNuvem, giro.alerta, giro.lacuna, giro.resumo',
    ],
  },
  {
    name: 'unknown value of an option',
    from: 'driver: henry',
    to: `driver: henry
    options:
      decide: grantall`,
    want: [
      '16:15: decide "grantall" is unknown; did you mean "grantAll"?',
      '  known values: never, grantAll, denyAll',
    ],
  },
  {
    name: 'unknown value of an option that maps',
    from: 'driver: henry',
    to: `driver: henry
    options: { readers: { 1: cartaoo } }`,
    want: [
      '15:30: readers.1 "cartaoo" is unknown; did you mean "cartao"?',
      '  known values: cartao, digital',
    ],
  },
  {
    name: 'unknown unit of a turnstile',
    from: 'unit: centro',
    to: 'unit: cetro',
    want: ['12:11: unit "cetro" is unknown; did you mean "centro"?', '  known units: centro, sul'],
  },
  {
    name: 'unknown unit of a webhook',
    from: 'id: crm',
    to: `id: crm
    units: [centro, norte]`,
    want: ['24:21: unit "norte" is unknown', '  known units: centro, sul'],
  },
  {
    name: 'repeated turnstile id',
    from: 'id: catraca-2',
    to: 'id: catraca-1',
    want: ['16:9: turnstile "catraca-1" is already in line 11', '  give each an id of its own'],
  },
  {
    name: 'repeated unit id',
    from: `id: sul
    company: 2
    timezone: America/Fortaleza`,
    to: `id: sul
    company: 2
    timezone: America/Fortaleza
  - id: sul
    company: 3
    timezone: America/Bahia`,
    want: ['10:9: unit "sul" is already in line 7', '  give each an id of its own'],
  },
  {
    name: 'repeated webhook id',
    from: 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    to: `secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
  - id: crm
    url: https://crm.example.com/catraca
    secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD`,
    want: ['26:9: webhook "crm" is already in line 23', '  give each an id of its own'],
  },
  {
    name: 'id with a capital and an accent',
    from: 'id: catraca-1',
    to: 'id: Saída',
    want: ['11:9: id: expected 1 to 64 lower-case letters (a to z), digits and hyphens'],
  },
  {
    name: 'installation id',
    from: 'name: recepcao',
    to: `name: recepcao
  id: 1a2b`,
    want: ['3:7: agent.id: expected a UUID'],
  },
]);
