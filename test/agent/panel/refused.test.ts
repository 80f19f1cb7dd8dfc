import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Overview } from '../../../agent/panel/overview.ts';
import { ask, startGateway } from './gateways.ts';

test('a file that was saved with mistakes is on the page with each of them until it is corrected', async (t) => {
  const { gateway, config, url } = await startGateway(t);
  const overview = async (): Promise<Overview> => (await ask(`${url}api/overview`)).json<Overview>();
  assert.equal((await overview()).refused, undefined);

  const good = readFileSync(config, 'utf8');
  writeFileSync(
    config,
    good.replace('driver: lines', 'driver: linnes').replace('company: 1', 'company: one'),
  );
  await gateway.reload();
  const { refused, turnstiles } = await overview();
  assert.ok(refused);
  assert.equal(refused.level, 'attention');
  assert.match(refused.text, /^The configuration was saved with a mistake/);
  assert.deepEqual(
    refused.mistakes.map(({ place }) => place),
    [`${config}:3:32`, `${config}:5:44`],
  );
  assert.match(refused.mistakes[1]?.text ?? '', /^driver "linnes" is unknown; did you mean "lines"\?$/);
  assert.ok(refused.cause?.startsWith(`${config}:3:32: `) && refused.cause.endsWith('(and 1 other mistake)'));
  assert.match(refused.action ?? '', /Correct the file and save it: it is read again by itself$/);
  assert.equal(turnstiles[0]?.device, 'lines', 'the one of before stays in force');

  writeFileSync(config, good);
  await gateway.reload();
  assert.equal((await overview()).refused, undefined);
});
