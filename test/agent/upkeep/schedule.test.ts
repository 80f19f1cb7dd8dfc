import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Job, Schedule } from '../../../agent/upkeep/schedule.ts';
import { recordingLog } from '../journal/journals.ts';

function jobs(run: (name: string) => Promise<void>): Job[] {
  return [
    { name: 'night', cron: '15 3 * * *', isMadeUp: true, run: () => run('night') },
    { name: 'check', cron: '45 4 * * 0', isMadeUp: false, run: () => run('check') },
  ];
}

test('jobs are due at the hours of the zone', async (t) => {
  const { log } = recordingLog();
  const schedule = new Schedule(
    jobs(async () => {}),
    { timezone: 'America/Sao_Paulo', log },
  );
  t.after(() => schedule.stop());
  schedule.start();
  const [night, check] = schedule.nextAtMs.map((atMs) => new Date(atMs ?? 0).toISOString());
  assert.match(night ?? '', /T06:15:00/);
  assert.match(check ?? '', /T07:45:00/);
  assert.equal(new Date(check ?? '').getUTCDay(), 0);
});

test('what was missed is made up for, never twice at once, and a stop waits for it', async () => {
  const { log } = recordingLog();
  const ran: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const schedule = new Schedule(
    jobs(async (name) => {
      ran.push(name);
      await promise;
    }),
    { timezone: 'America/Sao_Paulo', log },
  );
  const both = [schedule.catchUp(), schedule.catchUp()];
  let stopped = false;
  const stopping = schedule.stop().then(() => {
    stopped = true;
  });
  await new Promise(setImmediate);
  assert.equal(stopped, false);
  resolve();
  await Promise.all([...both, stopping]);
  assert.deepEqual(ran, ['night']);
});

test('a job that fails is told of once, and the others go on', async () => {
  const { log, lines } = recordingLog();
  const schedule = new Schedule(
    jobs(async () => {
      throw new Error('no disk');
    }),
    { timezone: 'UTC', log },
  );
  await schedule.catchUp();
  await schedule.stop();
  assert.deepEqual(
    lines.map(({ level, data, message }) => [level, data.job, message]),
    [['error', 'night', 'a job of upkeep failed']],
  );
});
