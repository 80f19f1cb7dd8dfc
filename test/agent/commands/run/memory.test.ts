import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { saveMemoryWhenQuiet } from '../../../../agent/commands/run/memory.ts';
import { ManualClock } from '../../../clock.ts';

test('memory is saved after some quiet seconds, and no longer as soon as there is work', async () => {
  const clock = new ManualClock();
  const flags: string[] = [];
  let share = 0.5;
  const stop = saveMemoryWhenQuiet({ clock, busyShare: () => share, setFlag: (flag) => flags.push(flag) });
  await clock.advance(10_000);
  assert.deepEqual(flags, []);
  share = 0.01;
  await clock.advance(2_000);
  assert.deepEqual(flags, [], 'a pause is not quiet');
  await clock.advance(60_000);
  assert.deepEqual(flags, ['--memory-saver-mode'], 'said once');
  share = 0.5;
  await clock.advance(1_000);
  assert.deepEqual(flags, ['--memory-saver-mode', '--no-memory-saver-mode']);
  stop();
  assert.equal(clock.nextAtMs, undefined);
});

test('V8 has the flags that are set while it runs: one that it does not know changes nothing', () => {
  const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  for (const flag of ['--heap-growing-percent', '--memory-saver-mode'])
    assert.ok(stdout.includes(`  ${flag} `), flag);
});
