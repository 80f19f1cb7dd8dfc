import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startGateway } from '../../../../agent/commands/run/start.ts';
import { noteMoved, takeMovedBack } from '../../../../agent/journal/moved.ts';
import { Taps } from '../../../../agent/turnstiles/taps.ts';
import { readConfiguration } from '../../../../config/read.ts';
import { systemClock } from '../../../../drivers/base/clock.ts';
import { drivers } from '../../../../drivers/registry.ts';
import { ManualClock } from '../../../clock.ts';
import { RecordingLog } from '../../../drivers/recording-log.ts';
import { makeFolder, openJournal } from '../../journal/journals.ts';

/** Through which the gym's software reaches its device. */
class PassingTaps extends Taps {
  override async pass(): Promise<boolean> {
    return true;
  }
}

test('a folder that was moved away under a tap: looked at again each minute until a person has acted', async (t) => {
  const data = await makeData(t);
  noteMoved(data, 0);
  const log = Object.assign(new RecordingLog(), { child: () => new RecordingLog() });
  const clock = new ManualClock();
  const taps = new PassingTaps({ clock: systemClock, log });
  const waits: string[] = [];
  let waited = Promise.withResolvers<void>();
  const starting = startGateway(
    { configuration: configure(data), clock, log, taps },
    new AbortController().signal,
    async ({ code }) => {
      waits.push(code);
      waited.resolve();
    },
  );
  await waited.promise;
  await clock.advance(0);
  assert.equal(clock.nextAtMs, clock.now() + 60_000);
  waited = Promise.withResolvers<void>();
  await clock.advance(60_000);
  await waited.promise;
  assert.deepEqual(waits, ['INSTALLATION_MOVED', 'INSTALLATION_MOVED']);
  assert.equal(log.at('error').length, 2);

  assert.ok(takeMovedBack(data));
  await clock.advance(60_000);
  const gateway = await starting;
  assert.notEqual(gateway, undefined);
  await gateway?.stop();
});

async function makeData(t: TestContext): Promise<string> {
  const data = makeFolder(t);
  const { journal } = await openJournal(t, data);
  await journal.close();
  return data;
}

function configure(data: string) {
  const yaml = `agent: { name: teste, language: en, data: ${data} }
panel: { listen: off }
units: [{ id: centro, company: 1, timezone: America/Sao_Paulo }]
turnstiles: []
webhooks:
  - { id: crm, url: "http://127.0.0.1:9/", secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD, allow: [http, loopback] }
`;
  return readConfiguration(Buffer.from(yaml), 'giro.yaml', { env: {}, drivers });
}
