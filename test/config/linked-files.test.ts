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

/** Aliases of aliases: ten times ten times ... as much. */
const BOMB = Array.from({ length: 12 }, (_, level) => {
  const inside = level === 0 ? 'x' : Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ');
  return `a${level}: &a${level} [${inside}]`;
}).join('\n');

const ODD: readonly { readonly name: string; readonly yaml: string; readonly files: readonly string[] }[] = [
  { name: 'an unquoted *', yaml: 'panel: { listen: *:8470 }\nca: own.pem', files: ['own.pem'] },
  { name: 'an unquoted cron', yaml: 'schedule: */5 6-22 * * *\nca: own.pem', files: [] },
  { name: 'an alias to itself', yaml: 'a: &a [*a]\nca: own.pem', files: ['own.pem'] },
  { name: 'an alias of nothing as a key', yaml: '*x : 1\nca: own.pem', files: ['own.pem'] },
  { name: 'a merge of nothing', yaml: '<<: *x\nca: own.pem', files: ['own.pem'] },
  { name: 'an alias bomb', yaml: `ca: own.pem\n${BOMB}`, files: ['own.pem'] },
  {
    name: 'one anchor many times',
    yaml: `ca: &ca own.pem\nlist: [${Array.from({ length: 500 }, () => '{ ca: *ca }').join(', ')}]`,
    files: ['own.pem'],
  },
  { name: 'a tag', yaml: 'a: !!js/function x\nca: own.pem', files: ['own.pem'] },
  { name: 'nothing', yaml: '', files: [] },
  { name: 'no YAML', yaml: '}: {[', files: [] },
];

for (const { name, yaml, files } of ODD) {
  test(`what a file names is found, or nothing is, whatever it holds: ${name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'giro-links-'));
    try {
      const path = join(folder, 'giro.yaml');
      writeFileSync(path, yaml);
      assert.deepEqual(linksOf(path).files, files);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
