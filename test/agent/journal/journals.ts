import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { NewEvent } from '../../../agent/events/event.ts';
import type { Renderings } from '../../../agent/journal/accept.ts';
import { Journal } from '../../../agent/journal/journal.ts';
import type { Clock } from '../../../drivers/base/clock.ts';
import type { Logger } from '../../../drivers/base/log.ts';
import { ManualClock } from '../../clock.ts';

/** A data folder that goes with the test. */
export function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'giro-journal-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface LogLine {
  readonly level: keyof Logger;
  readonly data: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A log that a test can read and wait for. */
export function recordingLog() {
  const lines: LogLine[] = [];
  const written = new EventEmitter();
  const write =
    (level: keyof Logger) =>
    (data: object, message: string): void => {
      lines.push({ level, data: { ...data }, message });
      written.emit('line');
    };
  const log: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  /** The first line whose message matches, already written or to come. */
  const line = async (message: RegExp): Promise<LogLine> => {
    for (;;) {
      const found = lines.find((each) => message.test(each.message));
      if (found !== undefined) return found;
      await once(written, 'line', { signal: AbortSignal.timeout(30_000) });
    }
  };
  return { log, lines, line };
}

/** An open journal that is closed after the test. */
export async function openJournal(
  t: TestContext,
  folder: string,
  clock: Clock = new ManualClock(),
  renderings: Renderings = new Map(),
) {
  const { log, lines, line } = recordingLog();
  const journal = await Journal.open(folder, { log, clock, renderings });
  t.after(() => journal.close());
  return { journal, lines, line };
}

/** The same number gives the same id. */
export function idOf(number: number): string {
  return `00000000-0000-5000-8000-${number.toString(16).padStart(12, '0')}`;
}

export function eventOf(number: number, rest: Partial<NewEvent> = {}): NewEvent {
  return {
    id: idOf(number),
    name: 'notificarAcesso',
    unit: 'centro',
    lane: 'catraca-1',
    occurredAtMs: 1_700_000_000_000 + number,
    recordedAtMs: 1_700_000_000_500 + number,
    access: { result: 'liberado', passage: 'confirmada', direction: 'entrada', person: `p${number % 3}` },
    content: `{"evento":"notificarAcesso","ocorridoEm":"2023-11-14T19:13:20.000-03:00","unidade":{"apelido":"centro"},"n":${number}}`,
    webhooks: ['crm'],
    ...rest,
  };
}

/** Commits in a journal's write-ahead log since its last checkpoint. */
export function countCommits(folder: string): number {
  const wal = readFileSync(join(folder, 'journal.db-wal'));
  if (wal.length === 0) return 0;
  const frameBytes = 24 + wal.readUInt32BE(8);
  const salt = wal.subarray(16, 24);
  let commits = 0;
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes) {
    const current = wal.subarray(at + 8, at + 16).equals(salt);
    if (current && wal.readUInt32BE(at + 4) !== 0) commits += 1; // only a commit's last frame carries the size
  }
  return commits;
}
