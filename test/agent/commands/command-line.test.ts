import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../agent/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'giro-commands-'));
after(() => rmSync(folder, { recursive: true }));

function giro(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', ...env },
  });
  return { status, stdout, stderr };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const GOOD = `agent: { name: teste, language: en, data: ./nothing-yet }
units:
  - { id: centro, company: 1, timezone: America/Sao_Paulo }
turnstiles:
  - { id: catraca-1, unit: centro, driver: henry, connect: "tcp://127.0.0.1:3000" }
webhooks: []
`;

const ENV = { GIRO_SECRET: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' };

test('every command has --help', () => {
  const commands = ['run', 'check', 'status', 'events', 'simulate', 'listen', 'secret'];
  const operators = ['deliveries', 'parked', 'resend', 'discard', 'pause', 'resume', 'test'];
  for (const command of [...commands, ...operators]) {
    const { status, stdout } = giro([command, '--help']);
    assert.equal(status, 0, command);
    assert.match(stdout, new RegExp(`^Usage: giro ${command}`), command);
    assert.match(stdout, /Examples?:\n/, command);
  }
});

test('a command line that is not understood ends with 64', () => {
  const rows = [
    ['nonsense'],
    ['run', '--nonsense'],
    ['simulate', 'wolpac'],
    ['simulate', 'henry', '--rate', '-1'],
    ['simulate', 'henry', '--at', 'http://x'],
    ['simulate', 'lines', '--set', 'colour=red'],
    ['listen', '--port', '65536'],
    ['listen', '--secret', 'hunter2'],
    ['events', '--since', 'yesterday'],
    ['resend'],
    ['resend', '--state', 'parked'],
    ['resend', '--sequence', '1-9'],
    ['resend', '--webhook', 'crm', '--sequence', '9-1'],
    ['resend', '--since', '1h', '--failed-since', '1h'],
    ['discard', '--yes'],
    ['discard', '--state', 'delivered', '--webhook', 'crm'],
    ['deliveries', '--id', '42'],
    ['pause'],
  ];
  for (const args of rows) {
    const { status, stdout, stderr } = giro(args);
    assert.equal(status, 64, `${args.join(' ')}: ${stderr}`);
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace');
  }
});

test('what only prints a text can print it as JSON too', () => {
  const { path } = JSON.parse(giro(['relay', 'path', '--json']).stdout);
  assert.match(path, /^\/[\w-]{32}$/);
  const { shell, script } = JSON.parse(giro(['completion', 'bash', '--json']).stdout);
  assert.deepEqual([shell, script], ['bash', giro(['completion', 'bash']).stdout]);
});

test('check: a good file is named with what it holds, also as JSON', () => {
  const path = file('good.yaml', GOOD);
  const text = giro(['check', '--config', path]);
  assert.equal(text.status, 0, text.stderr);
  assert.match(text.stdout, /good\.yaml is valid: units 1, turnstiles 1, webhooks 0 \(active 0\)/);
  const json = giro(['check', '--config', path, '--json']);
  assert.deepEqual(JSON.parse(json.stdout).turnstiles, ['catraca-1']);
});

test('check: a format that nobody has verified is named once, in either language', () => {
  const flat = GOOD.replace(
    'webhooks: []',
    `webhooks:
  - { id: pacto, url: "https://pacto.example.com/", secret: "\${env:GIRO_SECRET}", format: pacto-plano }
  - { id: crm, url: "https://crm.example.com/", secret: "\${env:GIRO_SECRET}" }`,
  );
  const english = giro(['check', '--config', file('flat.yaml', flat), '--json'], ENV);
  assert.equal(english.status, 0, english.stderr);
  assert.deepEqual(JSON.parse(english.stdout).webhooks, [
    { id: 'pacto', active: true, format: 'pacto-plano' },
    { id: 'crm', active: true, format: 'giro' },
  ]);
  assert.match(english.stderr, /^format pacto-plano \(pacto\) is unverified[^\n]*\n$/);
  const portuguese = giro(
    ['check', '--config', file('flat.yaml', flat.replace('language: en', 'language: pt-BR'))],
    ENV,
  );
  assert.match(portuguese.stderr, /^o formato pacto-plano \(pacto\) não foi verificado[^\n]*\n$/);
});

test('check: a warning has its place and is no mistake, also as JSON', () => {
  const heard = GOOD.replace(
    'webhooks: []',
    `webhooks: [{ id: crm, url: "https://crm.example.com/", secret: "\${env:GIRO_SECRET}" }]`,
  );
  assert.deepEqual(giro(['check', '--config', file('heard.yaml', heard)], ENV).stderr, '');
  const path = file('unheard.yaml', GOOD);
  const { status, stderr } = giro(['check', '--config', path]);
  assert.equal(status, 0);
  assert.match(stderr, /unheard\.yaml:3:11: warning: unit "centro" has no webhook\n {2}its events are kept/);
  const portuguese = file('nunca.yaml', GOOD.replace('language: en', 'language: pt-BR'));
  assert.match(giro(['check', '--config', portuguese]).stderr, /:3:11: aviso: a unidade "centro"/);
  const json = JSON.parse(giro(['check', '--config', path, '--json']).stdout);
  assert.deepEqual([json.valid, json.warnings.length, json.warnings[0].line], [true, 1, 3]);
});

test('check: a mistake has its place, a suggestion and exit code 78, also as JSON', () => {
  const path = file('wrong.yaml', GOOD.replace('driver: henry', 'driver: henri'));
  const { status, stdout, stderr } = giro(['check', '--config', path]);
  assert.equal(status, 78);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /wrong\.yaml:5:\d+: driver "henri" is unknown; did you mean "henry"\?\n {2}known drivers: henry, lines, toletus-litenet2/,
  );
  const json = giro(['check', '--config', path, '--json']);
  assert.equal(json.status, 78);
  assert.equal(JSON.parse(json.stdout).mistakes[0].line, 5);
});

test('people read the language of their locale, or the one that the file names', () => {
  const wrong = GOOD.replace('driver: henry', 'driver: henri').replace('language: en, ', '');
  assert.match(
    giro(['check', '--config', file('pt.yaml', wrong)], { LC_ALL: 'pt_BR.UTF-8' }).stderr,
    /você quis dizer|quis dizer/,
  );
  const named = wrong.replace('agent: {', 'agent: { language: pt-BR,');
  assert.match(giro(['check', '--config', file('named.yaml', named)]).stderr, /quis dizer/);
});

test('a file that is not there ends with 78, a journal that is not there with 69; both say what to do', () => {
  const missing = giro(['check', '--config', join(folder, 'none.yaml')]);
  assert.equal(missing.status, 78);
  assert.match(missing.stderr, /none\.yaml/);
  const empty = giro(['status', '--config', file('fresh.yaml', GOOD)]);
  assert.equal(empty.status, 69);
  assert.match(empty.stderr, /there is no journal yet/);
});

test('a second gateway on the same data is refused by name', async () => {
  const { Journal } = await import('../../../agent/journal/journal.ts');
  const { systemClock } = await import('../../../drivers/base/clock.ts');
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const journal = await Journal.open(join(folder, 'owned'), { log: silent, clock: systemClock });
  try {
    const path = file('owned.yaml', GOOD.replace('./nothing-yet', './owned'));
    const { status, stderr } = giro(['run', '--config', path]);
    assert.equal(status, 69);
    assert.match(stderr, new RegExp(`another Giro is using this data folder.*${process.pid}`, 's'));
  } finally {
    await journal.close();
  }
});
