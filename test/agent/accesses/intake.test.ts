import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { type DeviceDetails, Intake } from '../../../agent/accesses/intake.ts';
import type { NewEvent } from '../../../agent/events/event.ts';
import { loadIdentity } from '../../../agent/events/identity.ts';
import type { Accept, OpenAccess } from '../../../agent/journal/records.ts';
import type { Unit } from '../../../config/configuration.ts';
import type { Turnstile } from '../../../config/sections/turnstiles.ts';
import {
  CREDENTIAL_KINDS,
  DECIDERS,
  DENIAL_REASONS,
  DIRECTIONS,
  MEANS,
  PERSON_KINDS,
  type Reading,
} from '../../../drivers/contract/reading.ts';
import { henry } from '../../../drivers/henry/driver.ts';
import { ManualClock } from '../../clock.ts';
import { assertContract } from '../../contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'giro-intake-'));
after(() => rmSync(folder, { recursive: true }));
const identity = loadIdentity(folder, 0);

const unit: Unit = { id: 'centro', name: 'Unidade Centro', company: 1, timezone: 'America/Sao_Paulo' };
const turnstile: Turnstile = {
  id: 'catraca-1',
  unit: 'centro',
  name: 'Entrada principal',
  driver: henry,
  address: { kind: 'tcp', host: '127.0.0.1', port: 3000 },
  swapDirection: false,
  options: {},
};

/** An intake in front of a journal that commits when the test says so. */
function intakeOf({
  open = [],
  swapDirection = false,
}: {
  open?: readonly OpenAccess[];
  swapDirection?: boolean;
} = {}) {
  const clock = new ManualClock();
  const accepts: Accept[] = [];
  const logged: object[] = [];
  const devices: DeviceDetails[] = [];
  const alarms: string[] = [];
  const note = (data: object): void => {
    logged.push(data);
  };
  const intake = new Intake({
    turnstile: { ...turnstile, swapDirection },
    unit,
    agent: 'recepcao-centro',
    identity,
    clock,
    log: { debug: note, info: note, warn: note, error: note },
    open,
    device: {},
    outbox: {
      wanting: () => ['crm'],
      accept: async (accept) => {
        accepts.push(accept);
        return { deliveries: [], duplicates: [], large: [], fed: [] };
      },
    },
    traces: async () => [],
    onDevice: (device) => devices.push(device),
    onAlarm: async ({ code }) => {
      alarms.push(code);
    },
  });
  const events = (): NewEvent[] => accepts.flatMap((accept) => accept.events ?? []);
  const bodies = () => events().map(({ id, content }) => ({ id, sequencia: 1, ...JSON.parse(content) }));
  return { intake, clock, accepts, logged, devices, alarms, events, bodies };
}

test('a passage becomes one event whose body keeps the contract', async () => {
  const { intake, clock, accepts, bodies } = intakeOf();
  const credential = { kind: 'cartao', value: '13658925' } as const;
  await intake.record({
    kind: 'identified',
    key: '79',
    identity: '0|14/04/2026 10:07:07|13658925',
    freshness: 'live',
    credential,
    direction: 'entrada',
    means: 'cartao',
    originalMeans: '2',
  });
  assert.equal(accepts[0]?.opened?.length, 1);
  assert.ok(!JSON.stringify(accepts[0]).includes('13658925'), 'the raw card is not in the journal');
  await clock.advance(900);
  await intake.record({
    kind: 'decided',
    key: '79',
    result: 'liberado',
    by: 'dispositivo',
    freshness: 'live',
  });
  await clock.advance(1_500);
  await intake.record({ kind: 'passed', key: '79', freshness: 'live' });
  assert.equal(accepts.at(-1)?.closed?.length, 1);

  const [body, ...more] = bodies();
  assert.deepEqual(more, []);
  assertContract(body);
  assert.equal(body.ocorridoEm, '2026-03-02T09:00:02.400-03:00');
  assert.equal(body.registradoEm, '2026-03-02T12:00:00.000Z');
  assert.equal(body.credencial.referencia, identity.reference('13658925'));
  assert.equal(body.id, identity.eventId('catraca-1', '0|14/04/2026 10:07:07|13658925'));
  assert.deepEqual(
    [body.acesso.resultado, body.acesso.passagem, body.acesso.sentido, body.acesso.meio],
    ['liberado', 'confirmada', 'entrada', 'cartao'],
  );
});

test('swapDirection turns entry and exit round, and leaves the unknown alone', async () => {
  const { intake, bodies } = intakeOf({ swapDirection: true });
  for (const direction of ['entrada', 'saida', 'indefinido'] as const) {
    await intake.record({ kind: 'passed', freshness: 'live', direction });
  }
  assert.deepEqual(
    bodies().map(({ acesso }) => acesso.sentido),
    ['saida', 'entrada', 'indefinido'],
  );
});

test('an access that waits too long is recorded without the driver', async () => {
  const { intake, clock, events } = intakeOf();
  await intake.record({ kind: 'identified', freshness: 'live' });
  await clock.advance(9_999);
  assert.equal(events().length, 0);
  await clock.advance(1);
  assert.deepEqual(
    events().map(({ access }) => [access?.result, access?.passage]),
    [['indefinido', 'nao_informada']],
  );
});

test('an open access of the last run closes on time in this one', async () => {
  const first = intakeOf();
  await first.intake.record({ kind: 'identified', freshness: 'live', key: '1' });
  first.intake.stop();
  const open = first.accepts[0]?.opened ?? [];

  const second = intakeOf({ open });
  await second.clock.advance(10_000);
  assert.equal(second.events().length, 1);
  assert.deepEqual(
    second.accepts[0]?.closed?.map(({ key }) => key),
    open.map(({ key }) => key),
  );
  assert.equal(first.events().length, 0, 'the stopped one closes nothing');
});

test('one line of the log an event, without credential and person', async () => {
  const { intake, logged } = intakeOf();
  await intake.record(
    { kind: 'identified', freshness: 'live', key: '1', credential: { kind: 'cartao', value: '99887766' } },
    {
      kind: 'passed',
      freshness: 'live',
      key: '1',
      person: { kind: 'aluno', system: 'pacto', externalId: '55443322' },
    },
  );
  assert.equal(logged.length, 1);
  assert.doesNotMatch(JSON.stringify(logged), /99887766|55443322/);
});

test('facts change what is known of the device and commit nothing', async () => {
  const { intake, clock, accepts, devices, alarms } = intakeOf();
  await intake.record(
    { kind: 'identity', model: 'PRIMME', serial: '1' },
    { kind: 'clock', at: { local: '2026-03-02T09:00:05' }, readAtMs: clock.now() },
    { kind: 'alarm', code: 'henry.tamper_internal', text: { en: 'tamper', 'pt-BR': 'violação' } },
  );
  assert.deepEqual(devices.at(-1), { model: 'PRIMME', serial: '1', clockSkewMs: 5_000 });
  assert.deepEqual(alarms, ['henry.tamper_internal'], 'raised elsewhere');
  assert.deepEqual(accepts, []);
});

test('lines that matched nothing are kept with their bytes', async () => {
  const { intake, accepts } = intakeOf();
  const bytes = Buffer.from('???');
  await intake.record({ kind: 'unrecognised', bytes });
  assert.deepEqual(
    accepts[0]?.unrecognised?.map((line) => [line.turnstile, line.bytes]),
    [['catraca-1', bytes]],
  );
});

const gap = {
  kind: 'gap',
  from: { epochMs: Date.parse('2026-03-02T11:00:00Z') },
  to: { local: '2026-03-02T08:59:00' },
  entries: 3,
  exits: 1,
  cause: 'contadores',
} as const;

test('a gap that a device reports is an event in its turnstile’s lane, the same one when it is told again', async () => {
  const { intake, events, bodies } = intakeOf();
  await intake.record({ kind: 'passed', freshness: 'live' }, gap);
  await intake.record(gap, {
    kind: 'gap',
    from: gap.from,
    to: gap.to,
    count: 7,
    cause: 'registros_perdidos',
  });
  const [, first, again, other] = bodies();
  for (const body of [first, again, other]) assertContract(body);
  assert.deepEqual(first.lacuna, {
    dispositivo: 'catraca-1',
    de: '2026-03-02T08:00:00.000-03:00',
    ate: '2026-03-02T08:59:00.000-03:00',
    entradas: 3,
    saidas: 1,
    causa: 'contadores',
  });
  assert.equal(other.lacuna.quantidade, 7);
  assert.equal(again.id, first.id);
  assert.notEqual(other.id, first.id);
  assert.deepEqual(
    events().map(({ name, lane }) => [name, lane]),
    ['notificarAcesso', 'giro.lacuna', 'giro.lacuna', 'giro.lacuna'].map((name) => [name, 'catraca-1']),
  );
});

test('a gap knows a turnstile that is mounted the other way round, and a device without a clock', async () => {
  const { intake, clock, bodies } = intakeOf({ swapDirection: true });
  await intake.record({ ...gap, to: { local: '2026-02-31T09:00:00' } });
  const [{ lacuna }] = bodies();
  assert.deepEqual([lacuna.entradas, lacuna.saidas], [1, 3]);
  assert.equal(Date.parse(lacuna.ate), clock.now());
});

const text = fc.string({ maxLength: 200 });
const passage = {
  freshness: fc.constantFrom('live', 'recovered', 'unknown'),
  key: fc.constantFrom('1', '2', '3'),
  identity: fc.option(text, { nil: undefined }),
  at: fc.option(
    fc.oneof(
      fc.record({ local: fc.constantFrom('2026-03-02T09:00:00', '2026-02-31T09:00:00', 'lixo') }),
      fc.record({ epochMs: fc.integer({ min: 0, max: 4_000_000_000_000 }) }),
    ),
    { nil: undefined },
  ),
  credential: fc.option(fc.record({ kind: fc.constantFrom(...CREDENTIAL_KINDS), value: text }), {
    nil: undefined,
  }),
  person: fc.option(
    fc.record({
      kind: fc.constantFrom(...PERSON_KINDS),
      system: fc.string({ minLength: 1, maxLength: 32 }),
      externalId: fc.string({ minLength: 1, maxLength: 64 }),
    }),
    { nil: undefined },
  ),
  direction: fc.option(fc.constantFrom(...DIRECTIONS), { nil: undefined }),
  means: fc.option(fc.constantFrom(...MEANS), { nil: undefined }),
  originalMeans: text,
  record: text,
  serial: text,
};
const reading = fc.oneof(
  fc.record({ kind: fc.constant('identified'), ...passage }),
  fc.record({
    kind: fc.constant('decided'),
    result: fc.constantFrom('liberado', 'negado'),
    by: fc.constantFrom(...DECIDERS),
    reason: fc.option(fc.constantFrom(...DENIAL_REASONS), { nil: undefined }),
    originalReason: text,
    turnWithinMs: fc.constantFrom(0, 15_000),
    ...passage,
  }),
  fc.record({ kind: fc.constant('passed'), ...passage }),
  fc.record({ kind: fc.constant('gaveUp'), ...passage }),
) as fc.Arbitrary<Reading>;

test('whatever a device says in whatever order, every body keeps the contract and no passage stays open', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(reading, { minLength: 1, maxLength: 12 }), async (readings) => {
      const { intake, clock, bodies, accepts } = intakeOf();
      for (const one of readings) {
        // As JSON would give it: no members that are undefined.
        await intake.record(JSON.parse(JSON.stringify(one)) as Reading);
        await clock.advance(1_000);
      }
      await clock.advance(60_000);
      const open = new Set<string>();
      for (const { opened, closed } of accepts) {
        for (const { key } of opened ?? []) open.add(key);
        for (const { key } of closed ?? []) open.delete(key);
      }
      assert.deepEqual([...open], []);
      for (const body of bodies()) assertContract(body);
    }),
    { numRuns: 300 },
  );
});

test('a kept line becomes an event as of the time when it came, and is kept no longer', async () => {
  const { intake, clock, accepts, bodies } = intakeOf();
  const atMs = clock.now() - 3_600_000;
  const line = { number: 7, turnstile: 'catraca-1', atMs, bytes: Buffer.from('x') };
  await intake.recordKept(line, { kind: 'identified', freshness: 'unknown', decisionWithinMs: 0 });
  assert.deepEqual(accepts[0]?.recognised, [7]);
  assert.equal(bodies()[0].ocorridoEm, '2026-03-02T08:00:00.000-03:00');
});
