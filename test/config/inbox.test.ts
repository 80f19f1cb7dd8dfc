import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfiguration } from '../../config/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'giro-inbox-'));
after(() => rmSync(folder, { recursive: true }));

const guide = readFileSync('config/INBOX.md', 'utf8');
const samples = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml);
const SECRETS = {
  'pacto.path': '/Zk3mQ9vT1xLs8RnB4wHc',
  'pacto.bearer': 'token-of-the-cloud-1',
  'pacto.hmac': 'secret-of-the-cloud-1',
  'inbox.token': 'giro_token-of-the-gym',
};
for (const [name, secret] of Object.entries(SECRETS)) {
  writeFileSync(join(folder, name), `${secret}\n`, { mode: 0o600 });
}

async function load(name: string, yaml: string) {
  const path = join(folder, name);
  const token = createHash('sha256').update(SECRETS['inbox.token']).digest('hex');
  writeFileSync(path, yaml.replace('sha256:...', `sha256:${token}`));
  return await loadConfiguration(path, { env: {} });
}

test('the guide to the inbox: its configuration is valid as it stands, and with what is commented out', async () => {
  const [inbox = ''] = samples;
  const { relay, feed, turnstiles } = await load('inbox.yaml', inbox);
  assert.deepEqual([relay[0]?.kind, relay[0]?.unit, turnstiles], ['receive', undefined, []]);
  assert.equal(feed?.consumers[0]?.unit, 'centro');
  const whole = inbox.replace(/^( *)# ((bearer|from|hmac): .*?)( {3,}if .*)?$/gm, '$1$2');
  assert.doesNotMatch(whole, /# (bearer|from|hmac)/);
  const [source] = (await load('whole.yaml', whole)).relay;
  assert.ok(source?.kind === 'receive' && source.bearer && source.from && source.hmac?.prefix === 'sha256=');
});

test('the guide to the inbox: what it says for the gym is valid', async () => {
  assert.equal(samples.length, 2);
  const gym = `agent: { name: gym, data: ./data }
units: [{ id: centro, company: 1, timezone: America/Sao_Paulo }]
turnstiles: []
${samples[1]}`;
  const [source] = (await load('gym.yaml', gym)).relay;
  assert.ok(source?.kind === 'fetch' && source.stream && source.pull && source.token);
});
