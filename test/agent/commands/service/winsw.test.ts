import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { wrapperSettings } from '../../../../agent/commands/service/winsw.ts';

test('what WinSW is told: what to run, each argument by itself, and when to start it again', () => {
  const settings = wrapperSettings({
    node: 'C:\\Program Files\\nodejs\\node.exe',
    main: 'C:\\giro\\dist\\agent\\main.js',
    config: 'C:\\Academia Fit & Cia\\giro.yaml',
  });
  assert.match(settings, /<executable>C:\\Program Files\\nodejs\\node\.exe<\/executable>/);
  assert.deepEqual(
    [...settings.matchAll(/<argument>(.*)<\/argument>/g)].map(([, argument]) => argument),
    ['C:\\giro\\dist\\agent\\main.js', 'run', '--config', 'C:\\Academia Fit &amp; Cia\\giro.yaml'],
  );
  assert.deepEqual(
    [...settings.matchAll(/<onfailure action="restart" delay="(.*)"\/>/g)].map(([, delay]) => delay),
    ['2 sec', '10 sec', '60 sec'],
  );
});

test('elsewhere the command says what does it there', { skip: process.platform === 'win32' }, () => {
  const command = ['agent/main.ts', 'service', 'install', '--config', 'giro.yaml', '--wrapper', 'WinSW.exe'];
  const { status, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'pt_BR.UTF-8' },
  });
  assert.equal(status, 64);
  assert.match(stderr, /no Debian e no Ubuntu o pacote traz o serviço/);
});
