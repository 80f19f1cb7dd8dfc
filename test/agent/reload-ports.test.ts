import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { freePort } from '../e2e/gym.ts';
import { ask, startGateway } from './panel/gateways.ts';

function rewrite(config: string, ...changes: readonly (readonly [string, string])[]): void {
  let text = readFileSync(config, 'utf8');
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), from);
    text = text.replace(from, to);
  }
  writeFileSync(config, text);
}

async function dial(t: TestContext, port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
}

test('a port that a turnstile gives up and the panel takes in one save', async (t) => {
  const port = await freePort();
  const turnstile = `tcp-listen://127.0.0.1:${port}`;
  const { gateway, config } = await startGateway(t, { listen: 'off', connect: turnstile });
  await dial(t, port);
  rewrite(config, [turnstile, 'tcp://127.0.0.1:9'], ['"off"', `"127.0.0.1:${port}"`]);
  await gateway.reload();
  assert.equal(await gateway.panelUrl, `http://127.0.0.1:${port}/`);
  assert.equal((await ask(`http://127.0.0.1:${port}/api/overview`)).status, 200);
});

test('a port that the panel gives up and a turnstile takes in one save', async (t) => {
  const port = await freePort();
  const turnstile = `tcp-listen://127.0.0.1:${port}`;
  const { gateway, config } = await startGateway(t, { listen: `127.0.0.1:${port}` });
  assert.equal((await ask(`http://127.0.0.1:${port}/api/overview`)).status, 200);
  rewrite(config, ['tcp://127.0.0.1:9', turnstile], [`"127.0.0.1:${port}"`, '"off"']);
  await gateway.reload();
  assert.equal(await gateway.panelUrl, undefined);
  await dial(t, port);
});
