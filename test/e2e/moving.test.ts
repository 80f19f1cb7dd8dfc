import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile, recordsOf, simulateLines, upTo } from './lines.ts';
import { GiroProcess } from './processes.ts';

interface Run {
  readonly code: number | NodeJS.Signals;
  readonly out: string;
  readonly err: string;
}

async function giro(cwd: string, ...args: string[]): Promise<Run> {
  const process = new GiroProcess(args, { cwd });
  const code = await process.exit;
  return { code, out: process.stdout.join('\n'), err: process.stderr.join('\n') };
}

test('an installation moves to another machine: same ids, nothing lost, nothing sent twice', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`));
    const yaml = readFileSync(gym.config, 'utf8').replace(gym.secret, `\${file:secrets/crm.secret}`);
    writeFileSync(gym.config, yaml);
    mkdirSync(join(gym.folder, 'secrets'));
    writeFileSync(join(gym.folder, 'secrets', 'crm.secret'), `${gym.secret}\n`);
    writeFileSync(join(gym.folder, 'passphrase'), 'correct horse battery\n');
    writeFileSync(join(gym.folder, 'wrong'), 'incorrect horse\n');
    const pass = async (from: number, count: number): Promise<void> => {
      const simulate = simulateLines(`tcp://127.0.0.1:${port}`, count).map((each) =>
        each === 'record=1' ? `record=${from}` : each,
      );
      assert.equal(await gym.start(...simulate).exit, 0);
    };

    const receiver = await gym.receiver();
    const gateway = await gym.gateway();
    await pass(1, 30);
    await receiver.until('30 deliveries', () => gym.delivered.length === 30);
    await receiver.end();
    await pass(31, 20);

    const file = join(gym.folder, 'giro.age');
    const order = ['export', file, '--config', gym.config, '--passphrase-file', 'passphrase'];
    const early = await giro(gym.folder, ...order);
    assert.equal(early.code, 69, 'not while it runs');
    assert.ok(!existsSync(file));
    await gateway.end();
    const exported = await giro(gym.folder, ...order);
    assert.equal(exported.code, 0, exported.err);
    assert.match(exported.out, /does not run here any more.*\n.*giro\.yaml, secrets\/crm\.secret/);
    assert.ok(!readFileSync(file).includes('notificarAcesso'), 'encrypted');
    assert.ok(!existsSync(join(gym.folder, 'data', 'export.plain')));
    const stale = await giro(gym.folder, 'run', '--config', gym.config);
    assert.equal(stale.code, 78);
    assert.match(stale.err, /moved to another machine.*\n.*giro export --undo/);

    const other = join(gym.folder, 'other');
    mkdirSync(other);
    const config = join(other, 'etc', 'giro.yaml');
    const bring = ['import', file, '--config', config, '--passphrase-file'];
    const wrong = await giro(gym.folder, ...bring, 'wrong');
    assert.equal(wrong.code, 1, wrong.err);
    assert.ok(!existsSync(join(other, 'etc', 'data')));
    const imported = await giro(gym.folder, ...bring, 'passphrase');
    assert.equal(imported.code, 0, imported.err);
    for (const name of ['giro.yaml', 'secrets/crm.secret', 'data/journal.db', 'data/identity.json']) {
      assert.equal(statSync(join(other, 'etc', name)).mode & 0o007, 0, name);
    }
    assert.deepEqual(
      readFileSync(join(other, 'etc', 'data', 'identity.json')),
      readFileSync(join(gym.folder, 'data', 'identity.json')),
    );

    const again = await gym.receiver();
    const moved = gym.start('run', '--config', config);
    await moved.line(/gateway started/);
    await again.until('the rest', () => gym.delivered.length >= 50);
    await pass(51, 10);
    await again.until('new ones', () => gym.delivered.length >= 60);
    assert.deepEqual(recordsOf(gym.delivered), upTo(60), 'each once and in order, over both machines');
    assert.deepEqual(
      gym.delivered.map(({ body }) => body.sequencia),
      upTo(60),
    );
    assert.equal(gym.deliveredEvents, 60);
  } finally {
    await gym.close();
  }
});

test('an export that was never imported can be taken back', async () => {
  const gym = await Gym.open();
  try {
    gym.configure(linesTurnstile('catraca-1', 'tcp-listen://127.0.0.1:0'));
    writeFileSync(join(gym.folder, 'passphrase'), 'correct horse battery\n');
    await (await gym.gateway()).end();
    const order = ['export', 'giro.age', '--config', gym.config, '--passphrase-file', 'passphrase'];
    assert.equal((await giro(gym.folder, ...order)).code, 0);
    const undone = await giro(gym.folder, 'export', '--undo', '--config', gym.config);
    assert.match(undone.out, /runs here again/);
    await (await gym.gateway()).end();
  } finally {
    await gym.close();
  }
});

test('a backup made while the gateway runs comes back with one command, and what was there is kept', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`));
    const gateway = await gym.gateway();
    const simulator = gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, 2_000));
    await gateway.until('some', () => gateway.stderr.filter((line) => line.includes('access')).length > 200);
    const made = await giro(gym.folder, 'backup', 'my.backup', '--config', gym.config, '--json');
    assert.equal(made.code, 0, made.err);
    assert.equal(await simulator.exit, 0, 'nothing was delayed for good');
    assert.equal(statSync(join(gym.folder, 'my.backup')).mode & 0o777, 0o600);
    assert.equal((await giro(gym.folder, 'backup', 'my.backup', '--config', gym.config)).code, 64);

    const back = ['restore', 'my.backup', '--config', gym.config, '--yes'];
    const early = await giro(gym.folder, ...back);
    assert.equal(early.code, 69, early.err);
    await gateway.end();
    const identity = readFileSync(join(gym.folder, 'data', 'identity.json'), 'utf8');
    writeFileSync(join(gym.folder, 'data', 'identity.json'), 'lost');
    const restored = await giro(gym.folder, ...back, '--json');
    assert.equal(restored.code, 0, restored.err);
    const { data, kept } = JSON.parse(restored.out) as { data: string; kept: string };
    assert.equal(readFileSync(join(data, 'identity.json'), 'utf8'), identity);
    assert.equal(readFileSync(join(data, kept, 'identity.json'), 'utf8'), 'lost');
    assert.ok(existsSync(join(data, kept, 'journal.db')));

    const receiver = await gym.receiver();
    await gym.gateway();
    const events = await giro(gym.folder, 'events', '--config', gym.config, '--json', '--limit', '5000');
    const count = events.out.split('\n').length;
    assert.ok(count > 100 && count <= 2_000, `${count} events at the time of the backup`);
    await receiver.until('those of the backup', () => gym.delivered.length >= count);
    assert.deepEqual(recordsOf(gym.delivered), upTo(count));
  } finally {
    await gym.close();
  }
});

test('a file that is no backup, or a damaged one, changes nothing', async () => {
  const gym = await Gym.open();
  try {
    gym.configure(linesTurnstile('catraca-1', 'tcp-listen://127.0.0.1:0'));
    await (await gym.gateway()).end();
    const before = readFileSync(join(gym.folder, 'data', 'journal.db'));
    assert.equal((await giro(gym.folder, 'backup', 'good', '--config', gym.config)).code, 0);
    const bytes = readFileSync(join(gym.folder, 'good'));
    bytes.fill(0xff, 4096, 12_288);
    writeFileSync(join(gym.folder, 'bad'), bytes);
    for (const file of ['bad', 'giro.yaml', 'nothing', 'data/journal.db']) {
      const refused = await giro(gym.folder, 'restore', file, '--yes', '--config', gym.config);
      assert.equal(refused.code, 1, `${file}: ${refused.err}`);
      assert.match(refused.err, /no backup that can be used/);
    }
    assert.deepEqual(readFileSync(join(gym.folder, 'data', 'journal.db')), before);
  } finally {
    await gym.close();
  }
});
