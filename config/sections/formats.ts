import { z } from 'zod';
import type { Checker } from '../check/checker.ts';
import { text } from '../check/mistakes.ts';
import type { Path } from '../check/source.ts';
import { knownNames, unknownName } from '../check/suggest.ts';
import type { FlatField, Format } from '../configuration.ts';
import { CONTRACT_MEMBERS } from './contract-members.ts';
import { formatKeys } from './format-schema.ts';

/** What a flat body of Pacto is guessed to look like, until a gym gives a real capture (contract, section 4). */
const GUESSED_FIELDS: Readonly<Record<string, string>> = {
  chave: 'chave',
  empresa: 'empresa',
  evento: 'evento',
  matricula: 'pessoa.matricula',
  codigoCliente: 'pessoa.codigoCliente',
  codigoPessoa: 'pessoa.codigoPessoa',
  dtHrEntrada: 'ocorridoEm',
  sentido: 'acesso.sentido',
  meioIdentificacaoEntrada: 'acesso.meio',
};

const keysSchema = z.object(formatKeys);
type Keys = z.output<typeof keysSchema>;

/** Judges the keys of a webhook that say how its bodies are made; undefined when the schema finds them wrong. */
export function checkFormat(
  checker: Checker,
  index: number,
  entry: object,
): { readonly format: Format; readonly includeKey: boolean } | undefined {
  const path = ['webhooks', index];
  const { data } = keysSchema.safeParse(entry); // its mistakes are reported with the whole file's
  if (data === undefined) return undefined;
  const { format: name, includeKey } = data;
  if (includeKey) checkKeys(checker, path, entry);
  if (name === 'pacto-plano') {
    return { format: { name, fields: checkFields(checker, path, data) }, includeKey };
  }
  for (const key of ['fields', 'values', 'constants'] as const) {
    if (data[key] === undefined) continue;
    checker.report(
      [...path, key],
      {
        message: text(
          `"${key}" only goes with format: pacto-plano`,
          `"${key}" só vale com format: pacto-plano`,
        ),
      },
      checker.source.placeOfKey([...path, key]),
    );
  }
  return { format: { name }, includeKey };
}

/** Every unit whose events the webhook gets must have the key that it asks for. */
function checkKeys(checker: Checker, path: Path, entry: object): void {
  const wanted: unknown = Reflect.get(entry, 'units');
  for (const [, unit] of checker.entries('units')) {
    const id: unknown = Reflect.get(unit, 'id');
    if (typeof id !== 'string' || Reflect.has(unit, 'key')) continue;
    if (Array.isArray(wanted) && !wanted.includes(id)) continue;
    checker.report([...path, 'includeKey'], {
      message: text(`unit "${id}" has no key to include`, `a unidade "${id}" não tem chave (key) a incluir`),
      help: text(
        'give the unit its key, or take the unit out of the units of this webhook',
        'informe a key da unidade ou tire a unidade das units deste webhook',
      ),
    });
  }
}

function checkFields(
  checker: Checker,
  path: Path,
  { fields, values = {}, constants = {}, includeKey }: Keys,
): FlatField[] {
  for (const [name, member] of Object.entries(fields ?? {})) {
    checkMember(checker, [...path, 'fields', name], member, includeKey);
  }
  for (const name of Object.keys(constants)) {
    if (fields === undefined || !Object.hasOwn(fields, name)) continue;
    const at = [...path, 'constants', name];
    const message = text(`field "${name}" is in fields too`, `o campo "${name}" também está em fields`);
    checker.report(at, { message }, checker.source.placeOfKey(at));
  }
  const taken = Object.entries(fields ?? GUESSED_FIELDS).filter(([name]) => !Object.hasOwn(constants, name));
  const names = taken.map(([name]) => name);
  for (const name of Object.keys(values)) {
    if (names.includes(name)) continue;
    const at = [...path, 'values', name];
    const problem = unknownName('field', name, names, text('known fields', 'campos conhecidos'));
    checker.report(at, problem, checker.source.placeOfKey(at));
  }
  const all = [
    ...taken.map(([name, member]) => {
      const instead = Object.hasOwn(values, name) ? values[name] : undefined;
      return { name, path: member.split('.'), ...(instead && { values: instead }) };
    }),
    ...Object.entries(constants).map(([name, value]) => ({ name, value })),
  ];
  if (all.length === 0) {
    checker.report([...path, 'fields'], {
      message: text('fields: must not be empty', 'fields: não pode ficar vazio'),
    });
  }
  return all;
}

function checkMember(checker: Checker, path: Path, member: string, includeKey: boolean): void {
  if (CONTRACT_MEMBERS.includes(member)) {
    if (member !== 'chave' || includeKey) return;
    const message = text(
      'chave is only sent with includeKey: true',
      'chave só é enviada com includeKey: true',
    );
    checker.report(path, { message });
    return;
  }
  const siblings = CONTRACT_MEMBERS.filter((known) => known.startsWith(`${member.split('.')[0]}.`));
  const known = siblings.length > 0 ? siblings : CONTRACT_MEMBERS;
  const plural = text('known members', 'membros conhecidos');
  const isGroup = siblings.length > 0 && !member.includes('.');
  const problem = isGroup
    ? {
        message: text(`member "${member}" is a group`, `o membro "${member}" é um grupo`),
        help: knownNames(known, plural),
      }
    : unknownName('member', member, known, plural);
  checker.report(path, problem);
}
