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

const ODD: readonly (readonly [name: string, from: string, to: string])[] = [
  ['an unquoted *', '"127.0.0.1:0"', '*:8470'],
  ['an unquoted cron', 'company: 1', 'company: */5 6-22 * * *'],
  ['an alias bomb', 'units:', `bomb: ${bomb(7)}\nunits:`],
  ['a tag', 'company: 1', 'company: !!js/function x'],
  ['no YAML', 'units:', '}: {[\nunits:'],
];

/** A list of ten lists, each of ten ..., by aliases. */
function bomb(levels: number): string {
  const level = (depth: number): string =>
    depth === 0 ? '&a0 [x, x]' : `&a${depth} [${level(depth - 1)}${`, *a${depth - 1}`.repeat(9)}]`;
  return level(levels);
}

for (const [name, from, to] of ODD) {
  test(`whatever is saved, the gateway goes on with what was in force: ${name}`, async (t) => {
    const { gateway, config, log } = await startGateway(t);
    const good = readFileSync(config, 'utf8');
    const refused = Promise.withResolvers<void>();
    const corrected = Promise.withResolvers<void>();
    const hear = (_data: object, message: string): void => {
      if (message.startsWith('configuration refused')) refused.resolve();
      if (message.startsWith('configuration corrected')) corrected.resolve();
    };
    Object.assign(log, { error: hear, info: hear });
    rewrite(config, [from, to]);
    await refused.promise; // the save itself was noticed
    assert.ok((gateway.configurationState.refused?.mistakes.length ?? 0) > 0);
    writeFileSync(config, good);
    await corrected.promise;
    assert.equal(gateway.configurationState.refused, undefined);
  });
}
