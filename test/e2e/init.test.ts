import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { drivers } from '../../drivers/registry.ts';
import { skipWithoutScript, Terminal } from './terminal.ts';

const MAIN = fileURLToPath(new URL('../../agent/main.ts', import.meta.url));
const NEEDED = ['--driver', 'henry', '--connect', 'tcp://10.0.0.9:3000'];

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'giro-init-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function giro(cwd: string, ...args: string[]) {
  const { GIRO_CONFIG: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...env, LC_ALL: 'C', NO_COLOR: '1' },
  });
  return { status, stdout, stderr };
}

test('init from options writes a file that check takes, and a secret for its owner only', (t) => {
  const cwd = folderFor(t);
  for (const { name, links } of drivers) {
    for (const language of ['pt-BR', 'en']) {
      const connect = links.includes('tcp') ? 'tcp://10.0.0.9:3000' : `${links[0]}://0.0.0.0:3000`;
      const config = join(name, language, 'giro.yaml');
      const { status, stdout, stderr } = giro(
        cwd,
        ...['init', '--config', config, '--driver', name, '--connect', connect],
        ...['--url', 'https://crm.example.com/x', '--language', language],
      );
      assert.equal(status, 0, stderr);
      assert.match(stdout, /giro test crm --config /, 'what comes next');
      const check = giro(cwd, 'check', '--config', config, '--json');
      assert.equal(check.status, 0, check.stderr);
      assert.deepEqual(JSON.parse(check.stdout).turnstiles, ['catraca-1']);
      const secret = join(cwd, name, language, 'crm.secret');
      assert.equal(statSync(secret).mode & 0o777, 0o600);
      assert.match(readFileSync(secret, 'utf8'), /^whsec_[A-Za-z0-9+/]{43}=\n$/);
    }
  }
});

test('init without a webhook says so in the file, and needs no secret', (t) => {
  const cwd = folderFor(t);
  const { status, stdout } = giro(cwd, 'init', '--config', 'giro.yaml', ...NEEDED, '--json');
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout), { config: 'giro.yaml', replaced: false });
  assert.match(readFileSync(join(cwd, 'giro.yaml'), 'utf8'), /# Nenhum evento é entregue ainda/);
});

test('init refuses what the loader would, and writes nothing', (t) => {
  const cwd = folderFor(t);
  const wrong: [string[], RegExp][] = [
    [['--timezone', 'America/Sao_Pualo'], /você quis dizer "America\/Sao_Paulo"/],
    [['--url', 'http://crm.example.com/x'], /allow: \[http\]/],
    [['--unit', 'Centro Um'], /letras minúsculas/],
    [['--connect', '10.0.0.9'], /tcp:\/\/HOST:PORTA/],
  ];
  for (const [args, message] of wrong) {
    const { status, stderr } = giro(cwd, 'init', '--config', 'giro.yaml', ...NEEDED, ...args);
    assert.equal(status, 64, stderr);
    assert.match(stderr, message);
  }
  const silent = giro(cwd, 'init', '--config', 'giro.yaml');
  assert.equal(silent.status, 64);
  assert.match(silent.stderr, /add --driver, --connect/);
  assert.equal(existsSync(join(cwd, 'giro.yaml')), false);
});

test('init never replaces a file without a difference and a yes; the secret stays', (t) => {
  const cwd = folderFor(t);
  const file = join(cwd, 'giro.yaml');
  const args = ['init', '--config', 'giro.yaml', ...NEEDED, '--url', 'https://crm.example.com/x'];
  assert.equal(giro(cwd, ...args).status, 0);
  const [yaml, secret] = [readFileSync(file, 'utf8'), readFileSync(join(cwd, 'crm.secret'), 'utf8')];

  const refused = giro(cwd, ...args, '--connect', 'tcp://10.0.0.10:3000');
  assert.equal(refused.status, 64);
  assert.match(
    refused.stderr,
    /- {5}connect: tcp:\/\/10\.0\.0\.9:3000\n\+ {5}connect: tcp:\/\/10\.0\.0\.10:3000/,
  );
  assert.equal(readFileSync(file, 'utf8'), yaml);

  // What it says already need not be said again.
  const replaced = giro(cwd, 'init', '--config', 'giro.yaml', '--company', '7', '--yes', '--json');
  assert.equal(replaced.status, 0, replaced.stderr);
  assert.equal(JSON.parse(replaced.stdout).replaced, true);
  assert.equal(readFileSync(file, 'utf8'), yaml.replace('company: 1 ', 'company: 7 '));
  assert.equal(readFileSync(join(cwd, 'crm.secret'), 'utf8'), secret);

  writeFileSync(join(cwd, 'crm.secret'), 'hunter2\n');
  const broken = giro(cwd, ...args, '--company', '8', '--yes');
  assert.equal(broken.status, 78, 'a secret that cannot be used is named by the loader');
  assert.match(readFileSync(file, 'utf8'), /company: 7 /, 'and the old file stays');
});

test('init asks on a terminal, in Portuguese first, judges each answer, and asks before it replaces', {
  skip: skipWithoutScript,
}, async (t) => {
  const cwd = folderFor(t);
  const args = ['init', '--config', 'giro.yaml'];
  await using first = new Terminal(args, { cwd });
  await first.answer(/Idioma/, '\r');
  await first.answer(/Nome desta instalação/, '\x15recepcao\r');
  await first.answer(/Nome curto da unidade/, 'Zona Sul\r');
  await first.answer(/letras minúsculas sem acento/, '\x15zona-sul\r');
  await first.answer(/Nome da unidade/, 'Zona Sul\r');
  await first.answer(/Número da empresa/, '3\r');
  await first.answer(/Fuso horário/, '\r');
  await first.answer(/Nome curto da catraca/, '\r');
  await first.answer(/Driver/, '\r');
  await first.answer(/Endereço da catraca/, '\r');
  await first.answer(/URL do webhook/, 'http://127.0.0.1:8480/\r');
  await first.answer(/allow: \[http, loopback\]\? \[s\/N\]/, 's\r');
  await first.answer(/Nome curto do webhook/, '\r');
  assert.equal(await first.exit, 0, first.text);
  assert.match(first.text, /giro secret show crm/);
  const yaml = readFileSync(join(cwd, 'giro.yaml'), 'utf8');
  assert.match(yaml, /id: zona-sul[\s\S]*company: 3[\s\S]*allow: \[http, loopback\]/);
  assert.equal(giro(cwd, 'check', '--config', 'giro.yaml').status, 0);

  const given = ['--language', 'pt-BR', '--name', 'outra', '--unit', 'zona-sul', '--unit-name', 'Zona Sul'];
  const rest = ['--company', '3', '--timezone', 'America/Sao_Paulo', '--turnstile', 'catraca-1', ...NEEDED];
  const webhook = ['--url', 'http://127.0.0.1:8480/', '--webhook', 'crm', '--allow', 'http', 'loopback'];
  const again = [...args, ...given, ...rest, ...webhook];
  await using second = new Terminal(again, { cwd });
  await second.answer(/substituir como mostrado\? \[s\/N\]/, '\r');
  assert.equal(await second.exit, 1);
  assert.ok(second.raw.includes('\x1b[31m-   name: recepcao'), 'removed lines are red');
  assert.match(second.text, /nada foi gravado/);
  assert.equal(readFileSync(join(cwd, 'giro.yaml'), 'utf8'), yaml);

  await using third = new Terminal(again, { cwd, env: { NO_COLOR: '1' } });
  await third.answer(/substituir como mostrado/, 's\r');
  assert.equal(await third.exit, 0);
  assert.ok(!third.raw.includes('\x1b[31m'), 'NO_COLOR');
  assert.match(readFileSync(join(cwd, 'giro.yaml'), 'utf8'), /name: outra/);

  await using fourth = new Terminal(args, { cwd });
  await fourth.answer(/Idioma/, '\x03');
  assert.equal(await fourth.exit, 1);
  assert.match(fourth.text, /nada foi gravado/);
});
