import { z } from 'zod';
import type { Text } from '../../drivers/base/language.ts';
import { type Problem, text } from './mistakes.ts';
import type { Path } from './source.ts';
import { didYouMean, knownNames, nearest, unknownName } from './suggest.ts';

/** A mistake that a schema found, where it is: the value at `path`, or its key. */
interface SchemaProblem extends Problem {
  readonly path: Path;
  readonly isKey: boolean;
}

const KINDS: Readonly<Record<string, Text>> = {
  string: text('text', 'texto'),
  number: text('a number', 'um número'),
  int: text('a whole number', 'um número inteiro'),
  boolean: text('true or false', 'true ou false'),
  array: text('a list', 'uma lista'),
  object: text('a group of keys', 'um grupo de chaves'),
  record: text('a group of keys', 'um grupo de chaves'),
};

const PLURALS: Readonly<Record<string, Text>> = {
  driver: text('known drivers', 'drivers conhecidos'),
  events: text('known events', 'eventos conhecidos'),
  signatures: text('known signatures', 'assinaturas conhecidas'),
};

/** What a zod issue says, in both languages. `value` is what stands at the issue's path. */
export function describeIssue(issue: z.core.$ZodIssue, value: unknown, schema: z.ZodType): SchemaProblem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => ({ path: [...path, key], isKey: true, ...unknownKey(key, known) }));
  }
  if (value === undefined) {
    const key = String(path.at(-1));
    return [{ path, isKey: false, message: text(`"${key}" is missing`, `falta "${key}"`) }];
  }
  return [{ path, isKey: false, ...describeValue(issue, value, nameOf(path)) }];
}

/** What a person calls the value: the keys since the last list that it is an item of, `readers.1`, `company`, `events`. */
function nameOf(path: Path): string {
  const lastKey = path.findLastIndex((key) => typeof key === 'string');
  const keys = path.slice(0, lastKey + 1);
  return keys.slice(keys.findLastIndex((key) => typeof key === 'number') + 1).join('.');
}

function describeValue(issue: z.core.$ZodIssue, value: unknown, name: string): Problem {
  switch (issue.code) {
    case 'invalid_type':
      return wrongKind(issue.expected, value, name);
    case 'invalid_union':
      return wrongKind(issue.errors.flatMap(kindsWanted), value, name);
    case 'invalid_value': {
      if (typeof value !== 'string') return wrongKind('string', value, name);
      const plural = PLURALS[name] ?? text('known values', 'valores conhecidos');
      return unknownName(name, value, issue.values.map(String), plural);
    }
    case 'too_small':
      return limit(issue.origin, Number(issue.minimum), 'least', value, name) ?? asZodSays(issue, name);
    case 'too_big':
      return limit(issue.origin, Number(issue.maximum), 'most', value, name) ?? asZodSays(issue, name);
    case 'custom':
      return ownText(issue.params, name) ?? asZodSays(issue, name);
    default:
      return asZodSays(issue, name);
  }
}

/** What one branch of a union would take. */
function kindsWanted(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) => (issue.code === 'invalid_type' ? [issue.expected] : []));
}

function wrongKind(expected: string | readonly string[], value: unknown, name: string): Problem {
  if (name === '' && value === null) return { message: text('the file is empty', 'o arquivo está vazio') };
  const wanted = [expected].flat().map((kind) => KINDS[kind] ?? text(kind, kind));
  const found = kindOf(value);
  const at = name === '' ? text('the file', 'o arquivo') : text(name, name);
  const needsQuotes =
    [expected].flat().includes('string') && (typeof value === 'number' || typeof value === 'boolean');
  return {
    message: text(
      `${at.en}: expected ${wanted.map(({ en }) => en).join(' or ')}, found ${found.en}`,
      `${at['pt-BR']}: esperado ${wanted.map((kind) => kind['pt-BR']).join(' ou ')}, encontrado ${found['pt-BR']}`,
    ),
    help: needsQuotes ? text(`put it in quotes: "${value}"`, `coloque entre aspas: "${value}"`) : undefined,
  };
}

function kindOf(value: unknown): Text {
  if (value === null) return text('nothing', 'nada');
  if (Array.isArray(value)) return text('a list', 'uma lista');
  switch (typeof value) {
    case 'string':
      return text('text', 'texto');
    case 'object':
      return text('a group of keys', 'um grupo de chaves');
    default:
      return text(String(value), String(value));
  }
}

/** `name: expected at most 64 characters, found 70`; undefined for limits of other things than these three. */
function limit(
  origin: string,
  bound: number,
  side: 'least' | 'most',
  value: unknown,
  name: string,
): Problem | undefined {
  const most = side === 'least' ? text('at least', 'no mínimo') : text('at most', 'no máximo');
  const say = (unit: Text, found: number): Problem => ({
    message: text(
      `${name}: expected ${most.en} ${bound}${unit.en}, found ${found}`,
      `${name}: esperado ${most['pt-BR']} ${bound}${unit['pt-BR']}, encontrado ${found}`,
    ),
  });
  if (typeof value === 'number') return say(text('', ''), value);
  if (typeof value !== 'string' && !Array.isArray(value)) return undefined;
  if (value.length === 0) {
    return { message: text(`${name}: must not be empty`, `${name}: não pode ficar vazio`) };
  }
  return say(
    origin === 'string' ? text(' characters', ' caracteres') : text(' items', ' itens'),
    value.length,
  );
}

/** What a schema's own rule says in `params`: `text` (a Text) and, if it likes, `help`. */
function ownText(params: Readonly<Record<string, unknown>> | undefined, name: string): Problem | undefined {
  const message = params?.text;
  if (!isText(message)) return undefined;
  return {
    message: text(`${name}: ${message.en}`, `${name}: ${message['pt-BR']}`),
    help: isText(params?.help) ? params.help : undefined,
  };
}

function isText(value: unknown): value is Text {
  return typeof value === 'object' && value !== null && 'en' in value && 'pt-BR' in value;
}

/** What nobody translated, in zod's English. */
function asZodSays({ message }: z.core.$ZodIssue, name: string): Problem {
  return { message: text(`${name}: ${message}`, `${name}: ${message}`) };
}

function unknownKey(key: string, known: readonly string[]): Problem {
  const suggestion = didYouMean(nearest(key, known));
  return {
    message: text(
      `unknown key "${key}"${suggestion.en}`,
      `chave desconhecida "${key}"${suggestion['pt-BR']}`,
    ),
    help: knownNames(known, text('known keys', 'chaves conhecidas')),
  };
}

/** The keys that the schema knows for the group at `path`, read off its JSON Schema. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  const json: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const group = path.reduce<unknown>(
    (node, key) =>
      typeof key === 'number'
        ? member(node, 'items')
        : (member(member(node, 'properties'), String(key)) ?? member(node, 'additionalProperties')),
    json,
  );
  const names = member(member(group, 'propertyNames'), 'enum');
  if (Array.isArray(names)) return names.map(String);
  const properties = member(group, 'properties');
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

function member(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined;
}
