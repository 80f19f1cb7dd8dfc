// What every driver must do, whatever its wire: a new driver passes this by being in the registry.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Clock, systemClock } from '../../drivers/base/clock.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Driver, TurnstileContext } from '../../drivers/contract/driver.ts';
import type { Reading } from '../../drivers/contract/reading.ts';
import { drivers } from '../../drivers/registry.ts';
import { ManualClock, settle } from '../clock.ts';
import { linkPair, type MemoryLink } from './link-pair.ts';
import { RecordingLog } from './recording-log.ts';

/** Options that a driver can't do without. */
const REQUIRED: Record<string, object> = {
  lines: {
    pattern:
      '^(?<time>[^;]+);(?<turnstile>\\d+);(?<kind>\\w+);(?<record>\\d+);(?<direction>\\w+);(?<result>\\w+);(?<credential>\\d+)$',
    direction: { in: 'entrada', out: 'saida' },
    result: { granted: 'liberado', denied: 'negado' },
    passage: true,
  },
  'toletus-litenet2': { decide: 'grantAll' },
};

const PASSAGE = new Set<Reading['kind']>(['identified', 'decided', 'passed', 'gaveUp']);

interface Session {
  readonly device: MemoryLink;
  readonly readings: Reading[];
  readonly stopping: AbortController;
  readonly log: RecordingLog;
  readonly ended: Promise<void>;
}

function start(driver: Driver, clock: Clock, record?: TurnstileContext<unknown>['record']): Session {
  const stopping = new AbortController();
  const [link, device] = linkPair(clock, stopping.signal);
  const readings: Reading[] = [];
  const log = new RecordingLog();
  const keep = async (...more: Reading[]): Promise<void> => {
    readings.push(...more);
  };
  const ended = driver.run({
    id: 'catraca-1',
    options: driver.options.parse(REQUIRED[driver.name] ?? {}),
    link,
    clock,
    log,
    signal: stopping.signal,
    record: record ?? keep,
    recordAt: async () => {},
    localTime: () => '2026-03-02T09:00:00',
    cursor: { position: undefined },
  });
  return { device, readings, stopping, log, ended };
}

const garbage = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 });

for (const driver of drivers) {
  describe(`driver ${driver.name}`, () => {
    test('its folder looks like its neighbours', () => {
      for (const file of ['codec.ts', 'driver.ts', 'simulator.ts', 'README.md']) {
        assert.ok(existsSync(`drivers/${driver.name}/${file}`), file);
      }
      assert.match(driver.name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      assert.ok(driver.links.length > 0);
    });

    test('its simulator’s passages arrive as readings: each outcome, with direction and number', async () => {
      const session = start(driver, systemClock);
      const simulator = driver.simulate({ clock: systemClock, log: session.log, settings: {} });
      const running = simulator.run(session.device, session.stopping.signal);
      const outcomes = ['granted-passed', 'denied', 'gave-up'] as const;
      for (const [index, outcome] of outcomes.entries()) {
        const card = String(4_012_345 + index);
        const heard = await simulator.play({ outcome, card, direction: 'entrada', paceMs: 0 });
        assert.equal(heard, 'reported', outcome);
      }
      while (new Set(passages(session).map(({ credential }) => credential?.value)).size < 3) await settle();
      const kinds = new Set(session.readings.map(({ kind }) => kind));
      assert.ok(kinds.has('passed'), 'somebody passed');
      assert.ok(
        session.readings.some((reading) => reading.kind === 'decided' && reading.result === 'negado'),
      );
      assert.ok(passages(session).every(({ freshness }) => freshness !== 'recovered'));
      assert.ok(passages(session).some(({ direction }) => direction === 'entrada'));
      session.stopping.abort();
      await Promise.all([session.ended, running]);
    });

    test('whatever bytes come, a session ends with nothing worse than a GiroError', async () => {
      await fc.assert(
        fc.asyncProperty(garbage, async (chunks) => {
          const clock = new ManualClock();
          const session = start(driver, clock);
          const outcome = session.ended.then(
            () => undefined,
            (error: unknown) => error,
          );
          for (const chunk of chunks) await session.device.write(chunk).catch(() => undefined);
          await clock.advance(120_000);
          session.stopping.abort();
          const error = await outcome;
          assert.ok(error === undefined || error instanceof GiroError, String(error));
        }),
        { numRuns: 50 },
      );
    });

    for (const scenario of ['garbage', 'slow'] as const) {
      test(`scenario ${scenario}: a passage is read all the same`, async () => {
        const session = start(driver, systemClock);
        const simulator = driver.simulate({
          clock: systemClock,
          log: session.log,
          settings: {},
          scenario,
        });
        const running = simulator.run(session.device, session.stopping.signal);
        await simulator.play({ outcome: 'granted-passed', card: '4012345', direction: 'entrada', paceMs: 0 });
        while (!passages(session).some(({ kind }) => kind === 'passed')) await settle();
        session.stopping.abort();
        await Promise.all([session.ended, running]);
      });
    }

    test('scenario second-client-refused: the session ends', async () => {
      const session = start(driver, systemClock);
      const simulator = driver.simulate({
        clock: systemClock,
        log: session.log,
        settings: {},
        scenario: 'second-client-refused',
      });
      await simulator.run(session.device, session.stopping.signal);
      await session.ended.catch((error: unknown) => assert.ok(error instanceof GiroError));
      assert.deepEqual(passages(session), []);
    });

    test('stopping ends a session that waits for a commit which never comes', async () => {
      const session = start(driver, systemClock, () => new Promise(() => {}));
      const simulator = driver.simulate({ clock: systemClock, log: session.log, settings: {} });
      const running = simulator.run(session.device, session.stopping.signal);
      await simulator.play({ outcome: 'granted-passed', card: '4012345', direction: 'saida', paceMs: 0 });
      session.stopping.abort();
      await Promise.all([session.ended, running]);
    });

    test('an observer takes any bytes from either side, and its failures stay its own', async () => {
      await fc.assert(
        fc.asyncProperty(garbage, garbage, async (fromDevice, fromSoftware) => {
          const observer = driver.observe({
            id: 'catraca-1',
            options: driver.options.parse(REQUIRED[driver.name] ?? {}),
            clock: new ManualClock(),
            log: new RecordingLog(),
            signal: new AbortController().signal,
            record: () => Promise.reject(new GiroError('JOURNAL_FAILED', 'full')),
            recordAt: () => Promise.reject(new GiroError('JOURNAL_FAILED', 'full')),
            cursor: { position: undefined },
          });
          for (const chunk of fromDevice) observer.fromDevice(chunk);
          for (const chunk of fromSoftware) observer.fromSoftware(chunk);
          observer.end();
          await settle();
        }),
        { numRuns: 50 },
      );
    });
  });
}

function passages({ readings }: Session) {
  return readings.flatMap((reading) =>
    PASSAGE.has(reading.kind) && 'freshness' in reading ? [reading] : [],
  );
}
