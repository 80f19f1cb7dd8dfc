// Live events and stored records of one device, through the intake and a real journal.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type DeviceDetails, Intake } from '../../../agent/accesses/intake.ts';
import type { NewEvent } from '../../../agent/events/event.ts';
import { loadIdentity } from '../../../agent/events/identity.ts';
import { Journal } from '../../../agent/journal/journal.ts';
import { Conversation } from '../../../drivers/henry/conversation.ts';
import { henry } from '../../../drivers/henry/driver.ts';
import { parseMessage } from '../../../drivers/henry/messages.ts';
import { henryOptions } from '../../../drivers/henry/options.ts';
import { Recollection } from '../../../drivers/henry/recollection.ts';
import type { StoredRecord } from '../../../drivers/henry/records.ts';
import { ManualClock } from '../../clock.ts';
import { assertContract } from '../../contract.ts';
import { makeFolder, recordingLog } from '../journal/journals.ts';

const WAIT_MS = 25_000;
const options = henryOptions.parse({});
const unit = { id: 'centro', name: 'Unidade Centro', company: 1, timezone: 'America/Sao_Paulo' };

/** One gateway's life on a data folder; noon UTC is nine in São Paulo, by the device too. */
async function start(folder: string, clock = new ManualClock(), device: DeviceDetails = { clockSkewMs: 0 }) {
  const { log } = recordingLog();
  const journal = await Journal.open(folder, { log, clock });
  const events: NewEvent[] = [];
  const intake = new Intake({
    turnstile: {
      id: 'catraca-1',
      unit: 'centro',
      driver: henry,
      address: { kind: 'tcp', host: '127.0.0.1', port: 3000 },
      swapDirection: false,
      options,
    },
    unit,
    agent: 'teste',
    identity: loadIdentity(folder, 0, '00000000-0000-4000-8000-000000000001'),
    clock,
    log,
    open: journal.state.openAccesses,
    device,
    outbox: {
      wanting: () => ['crm'],
      async accept(accept) {
        const accepted = await journal.accept(accept);
        events.push(...(accept.events ?? []).filter(({ id }) => !accepted.duplicates.includes(id)));
        return accepted;
      },
    },
    traces: (...near) => journal.traces(...near),
    onAlarm: async () => {},
    onDevice: () => {},
  });
  const conversation = new Conversation(options);
  /** A frame of either side, heard now: `<` from the device, `>` from the software. */
  const live = async (...frames: readonly string[]): Promise<void> => {
    for (const frame of frames) {
      const message = parseMessage(Buffer.from(frame.slice(1), 'latin1'));
      assert.ok(message);
      const from = frame.startsWith('<') ? 'fromDevice' : 'fromSoftware';
      await intake.record(...conversation[from](message, clock.now()));
    }
  };
  const collect = async (records: readonly StoredRecord[], now = '2026-03-02T09:30:00'): Promise<void> => {
    const recollection = new Recollection(options, WAIT_MS);
    for (const { readings } of [recollection.push(records), recollection.end(now)]) {
      await intake.recordAt('x', ...readings);
    }
  };
  const stop = async (): Promise<void> => {
    intake.stop();
    await journal.close();
  };
  const told = () => {
    for (const { id, content } of events) assertContract({ id, sequencia: 1, ...JSON.parse(content) });
    return events.map(({ content }) => {
      const { acesso, credencial, ocorridoEm } = JSON.parse(content);
      const { resultado, passagem, recuperado } = acesso;
      const who = credencial === null ? 'nobody' : 'somebody';
      return `${ocorridoEm.slice(11, 19)} ${resultado} ${passagem} ${who}${recuperado ? ' recovered' : ''}`;
    });
  };
  return { clock, intake, live, collect, stop, told, events };
}

type Life = Awaited<ReturnType<typeof start>>;

async function life(
  t: TestContext,
  folder: string,
  clock?: ManualClock,
  device?: DeviceDetails,
): Promise<Life> {
  const begun = await start(folder, clock, device);
  t.after(() => begun.stop());
  return begun;
}

const ANA = '1050'.padStart(20, '0');
const BIA = '2020'.padStart(20, '0');
const at = (second: number): string =>
  `02/03/2026 09:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}`;
const report = (index: string, code: number, second: number, card = ''): string =>
  `<${index}+REON+000+${code}]${card}]${at(second)}]1]0]2`;
const stored = (n: number, code: number, second: number, card = ''): StoredRecord => ({
  number: String(n),
  code,
  card,
  time: at(second),
  direction: '1',
  indicator: '0',
  reader: '2',
});

const MODE_F = [report('12', 1, 0, ANA), report('12', 80, 0), report('12', 81, 3)];
const MODE_F_STORED = [stored(1, 1, 0, ANA), stored(2, 81, 3)];

const once: readonly {
  name: string;
  live: readonly string[];
  records: readonly StoredRecord[];
  want: readonly string[];
}[] = [
  {
    name: 'a passage',
    live: MODE_F,
    records: MODE_F_STORED,
    want: ['09:00:03 liberado confirmada somebody'],
  },
  {
    name: 'a passage whose records are dated a second later',
    live: MODE_F,
    records: [stored(1, 1, 1, ANA), stored(2, 81, 4, ANA)],
    want: ['09:00:03 liberado confirmada somebody'],
  },
  {
    name: 'a give-up',
    live: [report('12', 1, 0, ANA), report('12', 82, 9)],
    records: [stored(1, 1, 0, ANA), stored(2, 82, 9)],
    want: ['09:00:00 liberado desistencia somebody'],
  },
  {
    name: 'a denial',
    live: [report('12', 31, 0, ANA)],
    records: [stored(1, 31, 0, ANA)],
    want: ['09:00:00 negado nao_informada somebody'],
  },
  {
    name: 'a passage that the software granted: the memory holds the grant, which no report told',
    live: [report('12', 0, 0, ANA), '>12+REON+00+1]5]ok]1', report('12', 80, 0), report('12', 81, 3)],
    records: [stored(1, 1, 0, ANA), stored(2, 81, 3, ANA)],
    want: ['09:00:03 liberado confirmada somebody'],
  },
  {
    name: 'a passage that the software granted, of which the memory holds another code',
    live: [report('12', 0, 0, ANA), '>12+REON+00+1]5]ok]1', report('12', 81, 3)],
    records: [stored(1, 5, 0, ANA), stored(2, 81, 3, ANA)],
    want: ['09:00:03 liberado confirmada somebody'],
  },
  {
    name: 'a denial by the software',
    live: [report('12', 0, 0, ANA), '>12+REON+00+35]5]vencido]', report('12', 35, 0, ANA)],
    records: [stored(1, 35, 1, ANA)],
    want: ['09:00:00 negado nao_informada somebody'],
  },
  {
    name: 'an old turn (2) and a turn of nobody',
    live: [report('12', 2, 0), report('13', 81, 60)],
    records: [stored(1, 81, 0), stored(2, 81, 60)],
    want: ['09:00:00 liberado confirmada nobody', '09:01:00 liberado confirmada nobody'],
  },
];
for (const { name, live: frames, records, want } of once) {
  test(`told live and again by the memory, it is one access: ${name}`, async (t) => {
    const gateway = await life(t, makeFolder(t));
    await gateway.live(...frames);
    await gateway.collect(records);
    await gateway.collect(records);
    assert.deepEqual(gateway.told(), want);
  });

  test(`told by the memory while the live report is on its way, it is one access: ${name}`, async (t) => {
    const gateway = await life(t, makeFolder(t));
    await gateway.collect(records);
    const before = gateway.events.length;
    await gateway.live(...frames.filter((frame) => !frame.includes('+0]') && frame.startsWith('<')));
    assert.equal(gateway.events.length, before);
    assert.equal(before, want.length);
  });
}

test('what happened while the device was cut off arrives once, as recovered, whatever was live around it', async (t) => {
  const gateway = await life(t, makeFolder(t));
  await gateway.live(...MODE_F);
  const records = [
    ...MODE_F_STORED,
    stored(3, 1, 4, BIA), // behind Ana, with the cable pulled
    stored(4, 81, 5),
    stored(5, 36, 60, ANA),
    stored(6, 1, 100, ANA),
    stored(7, 81, 200),
  ];
  await gateway.collect(records);
  await gateway.clock.advance(400_000);
  await gateway.live(report('20', 30, 400, BIA));
  await gateway.collect([...records, stored(8, 30, 400, BIA)]);
  assert.deepEqual(gateway.told(), [
    '09:00:03 liberado confirmada somebody',
    '09:00:05 liberado confirmada somebody recovered',
    '09:01:00 negado nao_informada somebody recovered',
    '09:01:40 liberado nao_informada somebody recovered',
    '09:03:20 liberado confirmada nobody recovered',
    '09:06:40 negado nao_informada somebody',
  ]);
});

test('the link was cut between grant and turn: the memory ends the open access', async (t) => {
  const gateway = await life(t, makeFolder(t));
  await gateway.live(report('12', 1, 0, ANA));
  await gateway.clock.advance(6_000);
  await gateway.collect(MODE_F_STORED, '2026-03-02T09:00:06');
  assert.deepEqual(gateway.told(), ['09:00:03 liberado confirmada somebody']);
  await gateway.clock.advance(60_000);
  assert.equal(gateway.events.length, 1);
});

test('the same, and the access had to close in the meantime: its late turn is no second access', async (t) => {
  const gateway = await life(t, makeFolder(t));
  await gateway.live(report('12', 1, 0, ANA));
  await gateway.clock.advance(60_000);
  await gateway.collect(MODE_F_STORED);
  await gateway.collect(MODE_F_STORED.slice(1));
  assert.deepEqual(gateway.told(), ['09:00:00 liberado nao_informada somebody']);
});

test('granted in the memory a moment ago, turned live: one access', async (t) => {
  const gateway = await life(t, makeFolder(t));
  await gateway.collect([stored(1, 1, 0, ANA)], '2026-03-02T09:00:02');
  assert.deepEqual(gateway.told(), []);
  await gateway.live(report('13', 81, 3));
  assert.deepEqual(gateway.told(), ['09:00:03 liberado confirmada somebody recovered']);
});

test('a turn of nobody, told live, answers for its own record and not for one of somebody just before', async (t) => {
  const gateway = await life(t, makeFolder(t));
  await gateway.live(report('13', 81, 4)); // the link came back between Ana's grant and her turn
  await gateway.collect([
    stored(1, 1, 0, BIA),
    stored(2, 81, 2, BIA),
    stored(3, 1, 3, ANA),
    stored(4, 81, 4, ANA),
  ]);
  assert.deepEqual(gateway.told(), [
    '09:00:04 liberado confirmada nobody',
    '09:00:02 liberado confirmada somebody recovered',
  ]);
});

test('a memory of an hour ago does not touch who is at the arm now', async (t) => {
  const clock = new ManualClock(Date.parse('2026-03-02T13:00:00Z'));
  const gateway = await life(t, makeFolder(t), clock);
  await gateway.live(`<12+REON+000+1]${ANA}]02/03/2026 10:00:00]1]0]2`);
  await gateway.collect([...MODE_F_STORED, stored(3, 81, 100, ANA)], '2026-03-02T10:00:00');
  await gateway.live('<12+REON+000+81]]02/03/2026 10:00:02]1]0]0');
  assert.deepEqual(gateway.told(), [
    '09:00:03 liberado confirmada somebody recovered',
    '09:01:40 liberado confirmada somebody recovered',
    '10:00:02 liberado confirmada somebody',
  ]);
});

test('a restart between commit and confirmation: the same records say nothing new', async (t) => {
  const folder = makeFolder(t);
  const first = await start(folder);
  // Asked and granted by the software: the event's id is not the records'.
  await first.live(report('12', 0, 0, ANA), '>12+REON+00+1]5]ok]1', report('12', 81, 3));
  await first.collect([stored(3, 1, 100, BIA), stored(4, 81, 103)]);
  assert.equal(first.events.length, 2);
  await first.stop();
  const second = await life(t, folder);
  await second.collect([...MODE_F_STORED, stored(3, 1, 100, BIA), stored(4, 81, 103)]);
  assert.deepEqual(second.told(), []);
});

test('a lost database: the memory gives the same ids again, and live events of the same second too', async (t) => {
  const ids = async (act: (gateway: Life) => Promise<void>): Promise<string[]> => {
    const gateway = await life(t, makeFolder(t));
    await act(gateway);
    return gateway.events.map(({ id }) => id);
  };
  const first = await ids((gateway) => gateway.collect(MODE_F_STORED));
  assert.equal(first.length, 1);
  assert.deepEqual(await ids((gateway) => gateway.collect(MODE_F_STORED)), first);
  assert.deepEqual(await ids((gateway) => gateway.live(...MODE_F)), first);
});

test('times of a memory are only as good as the clock is known to be', async (t) => {
  for (const [device, want] of [
    [{ clockSkewMs: 1_000 }, true],
    [{ clockSkewMs: 600_000 }, false],
    [{}, false],
  ] as const) {
    const gateway = await life(t, makeFolder(t), new ManualClock(), device);
    await gateway.collect([stored(1, 31, 0, ANA), { ...stored(2, 31, 0, BIA), time: '00/00/0000 00:00:00' }]);
    const clocks = gateway.events.map(({ content }) => JSON.parse(content).acesso.relogio);
    assert.deepEqual(
      clocks.map(({ confiavel }) => confiavel),
      [false, want], // the one without a time comes first
    );
  }
});
