import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { parseNetwork } from '../../../../agent/commands/discover/networks.ts';
import { checkSize, scan, scanSize } from '../../../../agent/commands/discover/scan.ts';
import { systemClock } from '../../../../drivers/base/clock.ts';
import { defineDriver } from '../../../../drivers/contract/driver.ts';
import { lines } from '../../../../drivers/lines/driver.ts';

const GUARD = { timeout: 120_000 };
const never = new AbortController().signal;

function network(text: string) {
  const parsed = parseNetwork(text);
  assert.ok(parsed, text);
  return parsed;
}

test(
  'finds what takes connections on a driver’s port, connects nowhere else, and hangs up',
  GUARD,
  async () => {
    let arrived = 0;
    const server = createServer((socket) => {
      arrived += 1;
      socket.on('error', () => {});
    });
    server.listen(0, '127.5.5.3');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const drivers = [defineDriver({ ...lines, defaultPort: port }), lines];
    const done: number[] = [];
    const options = {
      drivers,
      network: network('127.5.5.0/28'),
      except: new Set<string>(),
      clock: systemClock,
      signal: never,
      onProgress: (count: number) => void done.push(count),
    };
    const found = await scan(options);
    assert.deepEqual(
      found.map(({ driver, address }) => [driver, address.host]),
      [[drivers[0], '127.5.5.3']],
    );
    assert.deepEqual(
      done,
      Array.from({ length: 14 }, (_, index) => index + 1),
    );
    assert.deepEqual(await scan({ ...options, except: new Set(['127.5.5.3']) }), []);
    assert.equal(arrived, 1);
    const closed = once(server, 'close');
    server.close();
    await closed; // it would wait for a connection that is still open
  },
);

test('a network larger than a /22 is refused', () => {
  assert.throws(() => checkSize(network('10.0.0.0/21')), {
    code: 'USAGE',
    message: '10.0.0.0/21 has 2046 addresses, more than a /22',
  });
  checkSize(network('10.0.0.0/22'));
  const henry = defineDriver({ ...lines, defaultPort: 3000 });
  assert.equal(scanSize({ drivers: [henry, lines], network: network('10.0.0.0/22') }), 1022);
});
