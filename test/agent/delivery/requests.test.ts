import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Dispatcher } from '../../../agent/delivery/dispatch.ts';
import { ManualClock, settle } from '../../clock.ts';
import { RecordingLog } from '../../drivers/recording-log.ts';
import { signingKey } from '../../signing.ts';
import { MemoryJournal } from './memory-journal.ts';
import { Poster } from './posting.ts';
import { receiveAll, type Seen } from './receivers.ts';

const A = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const B = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

test('headers of the webhook’s own go along, and replace none of Giro’s', async () => {
  const seen: Seen[] = [];
  await using receiver = await receiveAll(seen, () => ({ status: 200 }));
  const headers = {
    'X-Api-Key': 'k',
    'Webhook-Id': 'mine',
    'USER-AGENT': 'mine',
    'Content-Type': 'text/plain',
  };
  await using poster = new Poster({ url: new URL(`http://127.0.0.1:${receiver.port}/`), headers });
  await poster.post();
  const [request] = seen;
  assert.equal(request?.headers['x-api-key'], 'k');
  assert.equal(request.headers['webhook-id'], 'evt');
  assert.equal(request.headers['user-agent'], 'giro/1');
  assert.equal(request.headers['content-type'], 'application/json; charset=utf-8');
});

test('basic and bearer authorization', async () => {
  const seen: Seen[] = [];
  await using receiver = await receiveAll(seen, () => ({ status: 200 }));
  const url = new URL(`http://127.0.0.1:${receiver.port}/`);
  await using basic = new Poster({ url, auth: { kind: 'basic', user: 'giro', password: 'pá:ss' } });
  await basic.post();
  await using bearer = new Poster({ url, auth: { kind: 'bearer', token: 'abc' } });
  await bearer.post();
  assert.deepEqual(
    seen.map(({ headers }) => headers.authorization),
    [`Basic ${Buffer.from('giro:pá:ss').toString('base64')}`, 'Bearer abc'],
  );
});

test('a rotation at a real receiver: both secrets verify until the old one ends, then the new one alone', async () => {
  const seen: Seen[] = [];
  await using receiver = await receiveAll(seen, () => ({ status: 200 }));
  const clock = new ManualClock(Date.now());
  const keys = [signingKey(A), { ...signingKey(B), untilMs: clock.now() + 1_000 }];
  await using poster = new Poster({ url: new URL(`http://127.0.0.1:${receiver.port}/`), keys }, { clock });
  await poster.post();
  clock.step(1_000);
  await poster.post();
  const verifies = ({ body, headers }: Seen, secret: string): boolean => {
    try {
      new Webhook(secret).verify(body, headers as Record<string, string>);
      return true;
    } catch {
      return false;
    }
  };
  assert.deepEqual(
    seen.map((request) => [A, B].map((secret) => verifies(request, secret))),
    [
      [true, true],
      [true, false],
    ],
  );
});

test('the log of a failing webhook holds none of its secrets', async () => {
  await using receiver = await receiveAll([], () => ({ status: 401 }));
  const log = new RecordingLog();
  const journal = new MemoryJournal();
  const clock = new ManualClock(Date.now());
  const dispatcher = new Dispatcher({
    journal,
    clock,
    log,
    random: () => 0.5,
    version: '1',
    webhooks: [
      {
        id: 'crm',
        url: new URL(`http://127.0.0.1:${receiver.port}/?token=hunter2`),
        keys: [signingKey(A)],
        headers: { 'x-api-key': 'hunter2' },
        auth: { kind: 'basic', user: 'hunter2', password: 'hunter2' },
        signatures: ['standard', 'github'],
        allow: ['http', 'loopback'],
        maxInFlight: 1,
      },
    ],
  });
  dispatcher.start(journal.state);
  dispatcher.offer(journal.accept(['catraca-1']));
  while (dispatcher.endpoints()[0]?.last === undefined) await settle();
  await dispatcher.stop(0);
  const lines = JSON.stringify(log.entries);
  assert.match(lines, /http_401/);
  assert.doesNotMatch(lines, /hunter2|whsec_|C2FVsBQ|aHVudGVyMj/);
});
