import type { z } from 'zod';
import type { Checker } from '../check/checker.ts';
import { type ListenAddress, parseListen } from '../check/listen.ts';
import { text } from '../check/mistakes.ts';
import { isGroup, type Path } from '../check/source.ts';
import { feedSchema } from './feed-schema.ts';
import { checkServerTls, type ServerTls } from './server-tls.ts';
import { checkUnit } from './turnstiles.ts';

/** Events that are kept to be asked for, and who may ask. */
export interface Feed {
  readonly listen: ListenAddress;
  readonly tls: ServerTls | undefined;
  /** 1 to 400. */
  readonly keepDays: number;
  readonly consumers: readonly FeedConsumer[];
}

export interface FeedConsumer {
  readonly id: string;
  /** `units[].id`. */
  readonly unit: string;
  /** SHA-256 of each token that is accepted, hex. */
  readonly tokens: readonly string[];
}

const TOKEN = /^sha256:([0-9a-f]{64})$/;

/** Judges `feed`; undefined when there is none, or it is wrong. */
export function checkFeed(
  checker: Checker,
  units: readonly string[] | undefined,
  folder: string,
): Feed | undefined {
  const given = checker.source.at(['feed']);
  if (!isGroup(given)) return undefined;
  const listen = checkListen(checker, ['feed', 'listen']);
  const tls = checkServerTls(checker, ['feed', 'tls'], folder);
  const { data } = feedSchema.safeParse(given); // its mistakes are reported with the whole file's
  if (data === undefined) return undefined;
  const consumers = checkConsumers(checker, data.consumers, units);
  return listen && { listen, tls, keepDays: data.keepDays, consumers };
}

/** Judges a `listen`; undefined when it is wrong, or no text. */
export function checkListen(checker: Checker, path: Path): ListenAddress | undefined {
  const value = checker.source.at(path);
  if (typeof value !== 'string') return undefined;
  const parsed = parseListen(value);
  if (!('problem' in parsed)) {
    checker.claim({ path, kind: 'listener', listen: parsed });
    return parsed;
  }
  checker.report(path, parsed.problem);
  return undefined;
}

function checkConsumers(
  checker: Checker,
  consumers: z.output<typeof feedSchema>['consumers'],
  units: readonly string[] | undefined,
): FeedConsumer[] {
  const ids = new Set<string>();
  const holders = new Map<string, string>();
  return consumers.map(({ id, unit, tokens }, index) => {
    const path = ['feed', 'consumers', index];
    checkUnit(checker, [...path, 'unit'], units);
    if (ids.has(id)) {
      checker.report([...path, 'id'], {
        message: text(`consumer "${id}" is there already`, `o consumidor "${id}" já existe`),
        help: text('give each an id of its own', 'dê a cada um seu próprio id'),
      });
    }
    ids.add(id);
    const hashes = tokens.map((token, place) => {
      const hash = TOKEN.exec(token)?.[1];
      const problem = hash === undefined ? NO_HASH : takenProblem(holders.get(hash));
      if (problem !== undefined) checker.report([...path, 'tokens', place], problem);
      if (hash !== undefined) holders.set(hash, id);
      return hash ?? '';
    });
    return { id, unit, tokens: hashes };
  });
}

/** Never quoted: it may be the token itself. */
const NO_HASH = {
  message: text(
    'tokens: expected sha256: and 64 hexadecimal digits',
    'tokens: o esperado é sha256: e 64 dígitos hexadecimais',
  ),
  help: text(
    'giro feed token makes a token and prints the line for this file',
    'giro feed token cria um token e mostra a linha para este arquivo',
  ),
};

function takenProblem(holder: string | undefined) {
  if (holder === undefined) return undefined;
  return {
    message: text(`this token is that of consumer "${holder}"`, `este token já é do consumidor "${holder}"`),
    help: text('give each consumer a token of its own', 'dê a cada consumidor seu próprio token'),
  };
}
