import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { JOURNAL_FILE } from '../../../agent/journal/file.ts';
import { Journal } from '../../../agent/journal/journal.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { recordingLog } from '../../agent/journal/journals.ts';
import { DOWN } from '../behaviour.ts';
import type { Random } from '../random.ts';
import type { Run, Scenario } from '../scenario.ts';
import type { Site } from '../site.ts';
import { NOTHING, type Tally } from '../tally.ts';

const VARIANTS = { short: 20, full: 200 } as const;
const EVENTS = 500;
const LOG_FILE = `${JOURNAL_FILE}-wal`;
const TORN = /log of the journal is torn/;

export const tornLog: Scenario = {
  name: 'torn-log',
  what: 'after kill -9 the end of the write-ahead log is cut off anywhere, or a bit of it flips; SQLite alone is the judge',
  run,
};

async function run({ random, scale, open, note }: Run): Promise<Tally> {
  await using site = await open();
  await site.behave(DOWN);
  const gateway = await site.start();
  await site.source.ask('burst', { count: EVENTS });
  await gateway.whileRunning(site.source.ask('drained', undefined));
  await gateway.end('SIGKILL');

  const scratch = mkdtempSync(join(tmpdir(), 'giro-torn-'));
  const tally = { ...NOTHING };
  let told = 0;
  try {
    for (let variant = 0; variant < VARIANTS[scale]; variant += 1) {
      const torn = join(scratch, `${variant}`);
      cpSync(site.data, torn, { recursive: true, filter: (path) => !statSync(path).isSocket() });
      tear(join(torn, LOG_FILE), random);
      const guaranteed = await eventsOfSqlite(torn);
      const { kept, isTold } = await eventsOfGiro(torn);
      if (isTold) told += 1;
      tally.accepted += guaranteed.size;
      tally.delivered += kept.size;
      tally.lost += [...guaranteed].filter((id) => !kept.has(id)).length;
      rmSync(torn, { recursive: true });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  assert.ok(told > 0, 'Giro says what it found');
  note(
    `${VARIANTS[scale]} torn logs, ${told} told as such; accepted: what SQLite reads, delivered: what Giro has`,
  );
  await startsOn(site, random);
  return tally;
}

/** Cuts the log at a random byte, or flips a random bit. */
function tear(log: string, random: Random): void {
  const { size } = statSync(log);
  const at = random.between(1, size - 1);
  if (random.next() < 0.5) {
    truncateSync(log, at);
    return;
  }
  const bytes = readFileSync(log);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
  writeFileSync(log, bytes);
}

/** On a copy, so that Giro finds the log as it is. */
async function eventsOfSqlite(folder: string): Promise<Set<string>> {
  const copy = `${folder}-judge`;
  cpSync(folder, copy, { recursive: true });
  const db = new Sqlite(join(copy, JOURNAL_FILE));
  try {
    const isEmpty = db.pragma('user_version', { simple: true }) === 0;
    return new Set(isEmpty ? [] : db.prepare<[], string>('SELECT id FROM events').pluck().all());
  } finally {
    db.close();
    rmSync(copy, { recursive: true });
  }
}

async function eventsOfGiro(folder: string): Promise<{ kept: Set<string>; isTold: boolean }> {
  const { log, lines } = recordingLog();
  const journal = await Journal.open(folder, { log, clock: systemClock, wasInUse: true });
  const reader = openReader(folder);
  try {
    assert.ok(!existsSync(join(folder, `${JOURNAL_FILE}.is-damaged`)), 'a torn log is no damaged file');
    const kept = new Set(reader.events({ limit: 2 * EVENTS }).map(({ id }) => id));
    return { kept, isTold: lines.some(({ message }) => TORN.test(message)) };
  } finally {
    reader.close();
    await journal.close();
  }
}

/** The daemon itself, once. */
async function startsOn(site: Site, random: Random): Promise<void> {
  tear(join(site.data, LOG_FILE), random);
  const gateway = await site.start();
  await site.source.ask('burst', { count: 100 });
  await gateway.whileRunning(site.source.ask('drained', undefined));
}
