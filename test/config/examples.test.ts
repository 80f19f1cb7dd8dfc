import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { ConfigurationError } from '../../config/check/mistakes.ts';
import { loadConfiguration } from '../../config/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'giro-example-'));
after(() => rmSync(folder, { recursive: true }));
const example = join(folder, 'giro.yaml');
copyFileSync('config/giro.example.yaml', example);

test('the example lacks nothing but its secret', async () => {
  await assert.rejects(loadConfiguration(example, { env: {} }), (error: unknown) => {
    assert.ok(error instanceof ConfigurationError);
    assert.deepEqual(
      error.mistakes.map(({ message }) => message.en),
      [`file ${join(folder, 'crm.secret')} cannot be read: it does not exist`],
    );
    assert.equal(error.language, 'pt-BR');
    return true;
  });
  writeFileSync(join(folder, 'crm.secret'), 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\n');
  const { turnstiles, webhooks } = await loadConfiguration(example, { env: {} });
  assert.deepEqual(
    turnstiles.map(({ driver }) => driver.name),
    ['henry', 'lines'],
  );
  assert.equal(webhooks[0]?.keys[0]?.bytes.length, 24);
});

test('example and demo tell editors their schema in the first line', () => {
  for (const name of ['giro.example.yaml', 'demo.yaml']) {
    const [first] = readFileSync(`config/${name}`, 'utf8').split('\n');
    assert.equal(first, '# yaml-language-server: $schema=./giro.schema.json');
  }
});

test('the demo loads as it stands and stays on this machine', async () => {
  const { agent, units, turnstiles, webhooks } = await loadConfiguration('config/demo.yaml', { env: {} });
  assert.equal(agent.data, resolve('data/demo'));
  assert.deepEqual(units, [
    { id: 'centro', name: 'Unidade Centro', company: 1, timezone: 'America/Sao_Paulo' },
  ]);
  assert.deepEqual(
    turnstiles.map(({ driver, address }) => [driver.name, address]),
    [
      ['henry', { kind: 'tcp', host: '127.0.0.1', port: 13001 }],
      ['henry', { kind: 'tcp', host: '127.0.0.1', port: 13002 }],
    ],
  );
  assert.deepEqual(
    webhooks.map(({ id, url }) => [id, url.href]),
    [['receptor', 'http://127.0.0.1:18480/giro']],
  );
});
