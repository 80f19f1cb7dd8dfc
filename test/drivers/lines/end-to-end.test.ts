import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../drivers/base/clock.ts';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { runSimulator } from '../../../drivers/contract/simulator.ts';
import { lines } from '../../../drivers/lines/driver.ts';
import { linesOptions } from '../../../drivers/lines/options.ts';
import { LinesSimulator } from '../../../drivers/lines/simulator.ts';
import { parseAddress } from '../../../drivers/links/address.ts';
import { createLinkSource } from '../../../drivers/links/open.ts';
import { RecordingLog } from '../recording-log.ts';

const COUNT = 500;
const ack = 'OK\n';
const options = linesOptions.parse({
  pattern:
    '^(?<time>[^;]+);(?<turnstile>\\d+);(?<kind>\\w+);(?<record>\\d+);(?<direction>\\w+);(?<result>\\w+);(?<credential>\\d+)$',
  result: { granted: 'liberado' },
  ack,
});

test('over TCP, with a link that breaks again and again, every line is committed and acknowledged', {
  timeout: 60_000,
}, async () => {
  const context = { clock: systemClock, log: new RecordingLog() };
  const aborting = new AbortController();
  const { signal } = aborting;
  const source = createLinkSource({ kind: 'tcp-listen', host: '127.0.0.1', port: 0 }, context);
  const committed: string[] = [];

  const agent = async (): Promise<void> => {
    for (let session = 0; !signal.aborted; session += 1) {
      const link = await source.open(signal);
      let commits = 0;
      const record = async (...readings: Reading[]): Promise<void> => {
        await new Promise(setImmediate);
        committed.push(
          ...readings.map((reading) => ('record' in reading ? (reading.record ?? '') : reading.kind)),
        );
        commits += 1;
        // The cable is pulled after the commit and before its acknowledgement.
        if (session < 5 && commits === 2) link.close();
      };
      const cursor = { position: undefined };
      const run = lines.run({
        ...context,
        id: 'catraca-1',
        options,
        link,
        localTime: () => '2026-03-02T09:00:00',
        signal,
        record,
        cursor,
        recordAt: (_, ...readings) => record(...readings),
      });
      await run.catch((error: unknown) => assert.ok(signal.aborted || session < 5, String(error)));
      link.close();
    }
  };
  const serving = agent().catch((error: unknown) => assert.equal(error, signal.reason));

  let address = source.address;
  while (address.endsWith(':0')) {
    await new Promise(setImmediate);
    address = source.address;
  }
  const parsed = parseAddress(address);
  assert.ok('address' in parsed && parsed.address.kind === 'tcp-listen');
  const dialled = createLinkSource({ ...parsed.address, kind: 'tcp' }, context);
  const simulator = new LinesSimulator({ ...context, settings: { ack, record: '1', window: '16' } });
  const simulating = runSimulator(simulator, dialled, { ...context, signal });
  const plays = Array.from({ length: COUNT }, (_, card) =>
    simulator.play({ outcome: 'granted-passed', card: String(card), direction: 'entrada', paceMs: 0 }),
  );
  assert.deepEqual(new Set(await Promise.all(plays)), new Set(['reported']));
  aborting.abort(new Error('done'));
  await Promise.all([serving, simulating, source.close()]);

  const wanted = Array.from({ length: COUNT }, (_, index) => String(index + 1));
  assert.deepEqual([...new Set(committed)], wanted, 'in order, none missing');
  assert.ok(committed.length > COUNT, 'what was committed and not acknowledged came again');
});
