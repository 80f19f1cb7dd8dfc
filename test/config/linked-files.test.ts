import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { linksOf } from '../../config/linked-files.ts';

test('what a configuration names: secrets, variables, certificates and keys of webhooks, relay and feed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'giro-links-'));
  try {
    const path = join(folder, 'giro.yaml');
    writeFileSync(
      path,
      `webhooks:
  - id: crm
    secret: [ '\${file:crm.secret}', '\${env:OLD_SECRET}' ]
    tls: { ca: own-ca.pem, certificate: client.pem, key: '\${file:client.key}', serverName: crm.example }
relay:
  - { id: nuvem, stream: https://inbox.example, token: '\${file:nuvem.token}', ca: inbox-ca.pem }
feed:
  tls: { certificate: feed.pem, key: feed.key }
turnstiles:
  - { id: catraca-1, options: { key: 'not a file', certificate: 'neither' } }
`,
    );
    const { files, variables } = linksOf(path);
    assert.deepEqual([...files].sort(), [
      'client.key',
      'client.pem',
      'crm.secret',
      'feed.key',
      'feed.pem',
      'inbox-ca.pem',
      'nuvem.token',
      'own-ca.pem',
    ]);
    assert.deepEqual(variables, ['OLD_SECRET']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
