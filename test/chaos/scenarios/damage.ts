import assert from 'node:assert/strict';
import {
  closeSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { JOURNAL_FILE } from '../../../agent/journal/file.ts';
import { DOWN } from '../behaviour.ts';
import type { Random } from '../random.ts';
import type { Run, Scenario } from '../scenario.ts';
import type { Tally } from '../tally.ts';

const TIMES = { short: 1, full: 5 } as const;
const EVENTS = 200;
const PAGE = 4096;
const SPOILED_PAGES = 5;
const NEWER_SCHEMA = 99;

interface Damage {
  readonly name: string;
  /** Does it to the data folder of a gateway that is stopped. */
  readonly to: (folder: string, random: Random) => void;
  /** Code of the alarm that must be open after the next start. */
  readonly alarm: string;
  /** How the file that was set aside begins; absent where none is. */
  readonly aside?: string;
}

const DAMAGES: readonly Damage[] = [
  { name: 'random pages', to: spoilPages, alarm: 'diario_recuperado', aside: `${JOURNAL_FILE}.damaged-` },
  {
    name: 'an empty file',
    to: (folder) => truncateSync(join(folder, JOURNAL_FILE)),
    alarm: 'diario_recuperado',
    aside: `${JOURNAL_FILE}.damaged-`,
  },
  {
    name: 'a text file',
    to: (folder) => writeFileSync(join(folder, JOURNAL_FILE), 'catraca;entrada\n'.repeat(1_000)),
    alarm: 'diario_recuperado',
    aside: `${JOURNAL_FILE}.damaged-`,
  },
  {
    name: 'a newer schema',
    to: (folder) => setSchema(join(folder, JOURNAL_FILE), NEWER_SCHEMA),
    alarm: 'diario_recuperado',
    aside: `${JOURNAL_FILE}.newer-`,
  },
  {
    name: 'no identity file',
    to: (folder) => rmSync(join(folder, 'identity.json')),
    alarm: 'identidade_recuperada',
  },
  {
    name: 'an identity file that cannot be read, and no copy',
    to: (folder) => {
      writeFileSync(join(folder, 'identity.json'), '{"id":');
      rmSync(join(folder, 'identity.copy.json'));
    },
    alarm: 'identidade_perdida',
    aside: 'identity.json.damaged-',
  },
  {
    name: 'no identity at all',
    to: (folder) => {
      rmSync(join(folder, 'identity.json'));
      rmSync(join(folder, 'identity.copy.json'));
    },
    alarm: 'identidade_perdida',
  },
];

export const damage: Scenario = {
  name: 'damage',
  what: `journal or identity damaged while stopped: ${DAMAGES.map(({ name }) => name).join(', ')}`,
  run,
};

async function run({ random, scale, open, note }: Run): Promise<Tally> {
  await using site = await open();
  let gateway = await site.start();
  for (let time = 0; time < TIMES[scale]; time += 1) {
    for (const { name, to, alarm, aside } of DAMAGES) {
      await site.source.ask('burst', { count: EVENTS });
      await site.settle(gateway);
      assert.equal(await gateway.end('SIGTERM'), 0);
      const before = aside === undefined ? 0 : count(site.data, aside);
      to(site.data, random);
      gateway = await site.start();
      const { alarms } = JSON.parse(await site.command('status', '--json')) as { alarms: { code: string }[] };
      assert.ok(
        alarms.some(({ code }) => code === alarm),
        `${name}: ${alarm} is not among ${JSON.stringify(alarms)}`,
      );
      if (aside !== undefined) assert.ok(count(site.data, aside) > before, `${name}: set aside`);
    }
  }
  await site.behave(DOWN);
  await site.source.ask('burst', { count: EVENTS });
  await gateway.whileRunning(site.source.ask('drained', undefined));
  assert.equal(await gateway.end('SIGTERM'), 0);
  setSchema(join(site.data, JOURNAL_FILE), NEWER_SCHEMA);
  gateway = await site.start();
  note(
    `${TIMES[scale] * DAMAGES.length} damages, each told by an alarm; everything had been delivered before each. The queue of a journal of a newer schema went on`,
  );
  return await site.settle(gateway);
}

function count(folder: string, beginning: string): number {
  return readdirSync(folder).filter((name) => name.startsWith(beginning)).length;
}

/** Not the first page: a file without its head is one that is no journal at all. */
function spoilPages(folder: string, random: Random): void {
  const path = join(folder, JOURNAL_FILE);
  const pages = statSync(path).size / PAGE;
  const file = openSync(path, 'r+');
  for (let spoiled = 0; spoiled < SPOILED_PAGES; spoiled += 1) {
    writeSync(file, random.bytes(PAGE), 0, PAGE, random.between(1, pages - 1) * PAGE);
  }
  closeSync(file);
}

function setSchema(path: string, schema: number): void {
  const db = new Sqlite(path);
  db.pragma(`user_version = ${schema}`);
  db.close();
}
