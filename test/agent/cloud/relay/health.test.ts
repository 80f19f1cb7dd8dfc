import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RelayReport } from '../../../../agent/cloud/relay/report.ts';
import { GiroError } from '../../../../drivers/base/errors.ts';
import { ManualClock } from '../../../clock.ts';
import { openNode } from './set-up.ts';

test('a source that starts anew is not away for a shorter time by that; one that was removed is no alarm', async (t) => {
  const clock = new ManualClock();
  const { parts } = await openNode(t, { clock });
  const { health } = parts;
  const alarms = () => health.conditions(clock.now()).map(({ code, sinceMs }) => [code, sinceMs]);
  const beganAtMs = clock.now();
  new RelayReport({ relay: 'pacto', ...parts }).offline(new GiroError('RELAY_UNREACHABLE', 'a'));
  await clock.advance(10 * 60_000);
  assert.deepEqual(alarms(), []);
  const anew = new RelayReport({ relay: 'pacto', ...parts });
  anew.offline(new GiroError('RELAY_REFUSED', 'b'));
  await clock.advance(5 * 60_000);
  assert.deepEqual(alarms(), [['nuvem_parada', beganAtMs]]);
  health.keepOnly(['pacto', 'other']);
  assert.equal(alarms().length, 1);
  health.keepOnly(['other']);
  assert.deepEqual(alarms(), []);
});
