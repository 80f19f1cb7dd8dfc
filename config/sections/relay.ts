import { resolve } from 'node:path';
import { validate } from 'node-cron';
import type { z } from 'zod';
import type { Checker } from '../check/checker.ts';
import { type Problem, text } from '../check/mistakes.ts';
import { checkProxy } from './proxy.ts';
import { checkReceive, type ReceiveSource, type SourceBase } from './relay-receive.ts';
import { relaySchema } from './relay-schema.ts';
import { checkUnit } from './turnstiles.ts';
import { readPem } from './webhook-tls.ts';
import { parseWebhookUrl } from './webhook-url.ts';

/** A source of the cloud system's events. */
export type RelaySource = FetchSource | ReceiveSource;

/** An inbox that is asked; at least one of `pull` and `stream`. */
export interface FetchSource extends SourceBase {
  readonly kind: 'fetch';
  /** `units[].id`. */
  readonly unit: string;
  readonly pull: URL | undefined;
  readonly stream: URL | undefined;
  /** Between two questions of `pull`; a text is a cron expression. */
  readonly every: number | string;
  readonly token: string | undefined;
  /** PEM. */
  readonly ca: string | undefined;
  readonly proxy: URL | undefined;
  readonly allow: readonly ('http' | 'loopback')[];
}

interface Surroundings {
  /** Where relative paths start; absolute. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Form = z.output<typeof relaySchema>;

/** Seconds between two questions of a pull. */
const EVERY_S = 30;
const OF_FETCH = ['token', 'everySeconds', 'schedule', 'ca', 'proxy', 'allow'];

/** Judges `relay`: ids, units, addresses and what goes together. Answers the sources that are right. */
export function checkRelay(
  checker: Checker,
  units: readonly string[] | undefined,
  surroundings: Surroundings,
): readonly RelaySource[] {
  checker.ids('relay', text('relay', 'relay'));
  return checker.entries('relay').flatMap(([index, entry]) => {
    const path = ['relay', index];
    checkUnit(checker, [...path, 'unit'], units);
    const { data } = relaySchema.safeParse(entry); // its mistakes are reported with the whole file's
    if (data === undefined) return [];
    const { receive } = data;
    if ((receive === undefined) === (data.pull === undefined && data.stream === undefined)) {
      checker.report(path, NO_KIND);
      return [];
    }
    if (receive === undefined) refuseKeys(checker, index, ['headers'], 'receive');
    else refuseKeys(checker, index, OF_FETCH, 'pull or stream');
    const source =
      receive === undefined
        ? checkFetch(checker, index, data, surroundings)
        : checkReceive(checker, index, { ...data, receive }, surroundings.folder);
    return source === undefined ? [] : [source];
  });
}

function checkFetch(
  checker: Checker,
  index: number,
  data: Form,
  { folder, env }: Surroundings,
): FetchSource | undefined {
  const path = ['relay', index];
  const pull = checkUrl(checker, index, 'pull', data);
  const stream = checkUrl(checker, index, 'stream', data);
  if (data.unit === undefined) checker.report(path, NO_UNIT);
  if (data.pull === undefined) refuseKeys(checker, index, ['everySeconds', 'schedule'], 'pull');
  if (data.schedule !== undefined && data.everySeconds !== undefined) {
    checker.report([...path, 'schedule'], TWO_PACES);
  } else if (data.schedule !== undefined && !validate(data.schedule)) {
    checker.report([...path, 'schedule'], noCron(data.schedule));
  }
  const proxyFor = checkProxy(checker, [...path, 'proxy'], env);
  const ca = checkCa(checker, index, data.ca, folder);
  const url = pull ?? stream;
  if (url === undefined || data.unit === undefined) return undefined;
  const { id, provider, unit, token, allow } = data;
  const every = data.schedule ?? (data.everySeconds ?? EVERY_S) * 1_000;
  return { kind: 'fetch', id, provider, unit, pull, stream, every, token, ca, proxy: proxyFor(url), allow };
}

function checkUrl(
  checker: Checker,
  index: number,
  key: 'pull' | 'stream',
  { allow, ...data }: Form,
): URL | undefined {
  const value = data[key];
  if (value === undefined) return undefined;
  const parsed = parseWebhookUrl(value, allow);
  if ('url' in parsed) return parsed.url;
  checker.report(['relay', index, key], parsed.problem);
  return undefined;
}

function checkCa(
  checker: Checker,
  index: number,
  file: string | undefined,
  folder: string,
): string | undefined {
  const path = ['relay', index, 'ca'];
  if (file === undefined || checker.source.isSpoiled(path)) return undefined;
  const found = readPem(resolve(folder, file), 'ca');
  if (typeof found === 'string') return found;
  checker.report(path, found);
  return undefined;
}

/** Reports keys of a source that only go with another key. */
function refuseKeys(checker: Checker, index: number, keys: readonly string[], companion: string): void {
  for (const key of keys) {
    const path = ['relay', index, key];
    if (checker.source.at(path) === undefined) continue;
    checker.report(
      path,
      {
        message: text(
          `"${key}" only goes with ${companion}`,
          `"${key}" só vale com ${companion.replace(' or ', ' ou ')}`,
        ),
      },
      checker.source.placeOfKey(path),
    );
  }
}

const NO_KIND: Problem = {
  message: text(
    'relay: expected pull or stream (or both), or receive alone',
    'relay: o esperado é pull ou stream (ou ambos), ou só receive',
  ),
};
const NO_UNIT: Problem = { message: text('"unit" is missing', 'falta "unit"') };
const TWO_PACES: Problem = {
  message: text(
    'schedule and everySeconds are both set; keep one of the two',
    'schedule e everySeconds estão ambos definidos; mantenha só um dos dois',
  ),
};

function noCron(schedule: string): Problem {
  return {
    message: text(
      `schedule: "${schedule}" is no cron expression`,
      `schedule: "${schedule}" não é uma expressão cron`,
    ),
    help: text(
      'expected minute, hour, day, month and weekday, such as "*/5 6-22 * * *"',
      'o esperado é minuto, hora, dia, mês e dia da semana, como "*/5 6-22 * * *"',
    ),
  };
}
