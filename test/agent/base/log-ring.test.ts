import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { keptLog, LogRing } from '../../../agent/base/log-ring.ts';
import { scrubbed, secretsOf } from '../../../agent/commands/diagnose/scrub.ts';

function changed(folder: string, name: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, (_event, found) => {
      if (found !== name) return;
      watcher.close();
      resolve();
    });
  });
}

test('the last lines of the log are kept in two files of bounded size, for their owner only', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'giro-ring-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [path, old] = [join(folder, 'giro.log'), join(folder, 'giro.log.1')];
  writeFileSync(path, `${'x'.repeat(1024 * 1024)}\n`, { mode: 0o600 });
  const ring = new LogRing(folder);
  const turned = changed(folder, 'giro.log.1');
  ring.write('first\n');
  await turned;
  assert.match(readFileSync(old, 'utf8'), /^x+\nfirst\n$/);
  const written = changed(folder, 'giro.log');
  ring.write('second\n');
  await written;
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.match(keptLog(folder), /first\n(second\n)?$/);
  chmodSync(path, 0o600);
});

test('a bundle is scrubbed of every secret of the configuration, and of all but the origin of a URL', () => {
  const secrets = secretsOf({
    path: 'config/giro.yaml',
    agent: { name: 'reception' },
    webhooks: [
      {
        url: new URL('https://u:p4ssw0rd@host.example/hook/abcdef?token=t0k%20en'),
        keys: [{ text: 'whsec_abcdefgh' }],
        headers: { 'x-key': 'header-value' },
        auth: { kind: 'bearer', token: 'bearer-value' },
      },
    ],
  });
  const text = `config/giro.yaml reception whsec_abcdefgh header-value bearer-value t0k en p4ssw0rd
    {"at":"https://u:p4ssw0rd@host.example:8443/hook/abcdef?token=1#x","next":1} http://10.0.0.1:80/?a=b end`;
  const clean = scrubbed(text, secrets);
  assert.equal(
    clean,
    `config/giro.yaml reception [redacted] [redacted] [redacted] [redacted] [redacted]
    {"at":"https://host.example:8443","next":1} http://10.0.0.1:80 end`,
  );
});
