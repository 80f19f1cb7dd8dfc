import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile, simulateLines } from './lines.ts';
import type { GiroProcess } from './processes.ts';
import { assertDelivered } from './verdict.ts';

interface Line {
  readonly kind: 'link' | 'bytes' | 'reading';
  readonly from?: string;
  readonly state?: string;
  readonly reading?: { readonly kind: string; readonly key?: string };
}

const ACCESS = new Set(['identified', 'decided', 'passed', 'gaveUp']);

/** What `--json` printed of accesses. */
function accesses({ stdout }: GiroProcess): unknown[] {
  return stdout
    .map((line) => JSON.parse(line) as Line)
    .flatMap(({ reading }) => {
      if (reading === undefined || !ACCESS.has(reading.kind)) return [];
      // A key tells accesses of one run apart, and may hold the millisecond of the run.
      const { key: _, ...rest } = reading;
      return [rest];
    });
}

/** A turnstile of each driver, and how its simulator is started. */
const TURNSTILES = [
  {
    driver: 'henry',
    yaml: (port: number) => turnstile('henry', port),
    simulate: (port: number) => simulateAt('henry', port),
  },
  {
    driver: 'toletus-litenet2',
    yaml: (port: number) => turnstile('toletus-litenet2', port, '    options: { decide: grantAll }\n'),
    simulate: (port: number) => simulateAt('toletus-litenet2', port),
  },
  {
    driver: 'lines',
    yaml: (port: number) => linesTurnstile('catraca-1', `tcp://127.0.0.1:${port}`).replace(/ +ack: .*\n/, ''),
    simulate: (port: number) => simulateAt('lines', port),
  },
] as const;

function turnstile(driver: string, port: number, options = ''): string {
  return `  - id: catraca-1\n    unit: centro\n    driver: ${driver}\n    connect: tcp://127.0.0.1:${port}\n${options}`;
}

function simulateAt(driver: string, port: number): string[] {
  const at = `tcp-listen://127.0.0.1:${port}`;
  return ['simulate', driver, '--at', at, '--rate', '20', '--pace', '5', '--outcome', 'granted-passed'];
}

for (const { driver, yaml, simulate } of TURNSTILES) {
  test(`${driver}: a recorded session, with no gateway, replays to the same readings`, async () => {
    const gym = await Gym.open();
    try {
      const port = await freePort();
      gym.configure(yaml(port));
      const file = join(gym.folder, 'a.girocap');
      const watch = gym.start('watch', 'catraca-1', '-c', gym.config, '--json', '--record', file);
      await watch.line(/gateway is not running/);
      gym.start(...simulate(port));
      await watch.until('a few passages', () => accesses(watch).length >= 8);
      assert.equal(await watch.end('SIGINT'), 0);
      assert.equal(statSync(file).mode & 0o777, 0o600);

      const replay = gym.start('replay', file, '--json');
      assert.equal(await replay.exit, 0, replay.stderr.join('\n'));
      assert.deepEqual(accesses(replay), accesses(watch));
      const configured = gym.start('replay', file, '--use-config', '-c', gym.config);
      assert.equal(await configured.exit, 0);
      assert.ok(configured.stdout.length >= 8 && configured.stdout.every((line) => line.length <= 80));

      const again = gym.start('watch', 'catraca-1', '-c', gym.config, '--record', file);
      assert.equal(await again.exit, 64, 'a recording is never written over');
    } finally {
      await gym.close();
    }
  });
}

test('through the running gateway: it goes on delivering, several may watch, and none leaves a trace in its log', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(turnstile('henry', port));
    const receiver = await gym.receiver();
    const gateway = await gym.gateway();
    const file = join(gym.folder, 'a.girocap');
    const watches = [
      gym.start('watch', 'catraca-1', '-c', gym.config, '--json', '--record', file),
      gym.start('testar', 'catraca-1', '-c', gym.config, '--json'),
    ];
    for (const watch of watches) await watch.line(/"kind":"link"/);
    gym.start(...simulateAt('henry', port));
    for (const watch of watches) await watch.until('passages', () => accesses(watch).length >= 8);
    const early = watches[1]?.stdout.map((line) => JSON.parse(line) as Line) ?? [];
    assert.ok(early.some(({ from }) => from === 'giro') && early.some(({ from }) => from === 'device'));
    await receiver.until('deliveries', () => gym.delivered.length >= 4);
    assertDelivered(gym.delivered);

    const late = gym.start('watch', 'catraca-1', '-c', gym.config, '--json');
    await late.line(/"state":"up".*"ongoing":true/);
    await late.until('a reading', () => accesses(late).length >= 1);
    for (const watch of [...watches, late]) assert.equal(await watch.end('SIGINT'), 0);
    assert.ok(!gateway.stderr.some((line) => /"bytes"|base64/.test(line)));

    const replay = gym.start('replay', file, '--json');
    assert.equal(await replay.exit, 0);
    assert.deepEqual(accesses(replay), accesses(watches[0] as GiroProcess));
  } finally {
    await gym.close();
  }
});

test('a recording that began in the middle of a connection is read too', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(turnstile('henry', port));
    await gym.gateway();
    gym.start(...simulateAt('henry', port));
    const file = join(gym.folder, 'a.girocap');
    const first = gym.start('watch', 'catraca-1', '-c', gym.config, '--json');
    await first.until('a reading', () => accesses(first).length >= 1);
    const watch = gym.start('watch', 'catraca-1', '-c', gym.config, '--json', '--record', file);
    await watch.until('readings', () => accesses(watch).length >= 8);
    await watch.end('SIGINT');
    const replay = gym.start('replay', file, '--json');
    assert.equal(await replay.exit, 0);
    const passed = (process: GiroProcess): string[] =>
      (accesses(process) as { kind: string; credential?: { value: string } }[])
        .filter(({ kind }) => kind === 'passed')
        .map(({ credential }) => credential?.value ?? '');
    const read = passed(replay);
    const missing = passed(watch).filter((card) => !read.includes(card));
    assert.ok(missing.length <= 1, `all but one that had begun before: ${missing}`);
  } finally {
    await gym.close();
  }
});

test('without a gateway nothing is confirmed: what was seen comes to the gateway afterwards', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`));
    const watch = gym.start('watch', 'catraca-1', '-c', gym.config, '--json');
    await watch.line(/gateway is not running/);
    const simulator = gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, 1));
    await watch.until('the line', () => accesses(watch).length === 1);
    assert.equal(await watch.end('SIGINT'), 0);
    assert.ok(simulator.running, 'it waits for its acknowledgement');

    const receiver = await gym.receiver();
    await gym.gateway();
    await receiver.until('delivered', () => gym.delivered.length === 1);
    assert.equal(await simulator.exit, 0);
  } finally {
    await gym.close();
  }
});

test('a tap is watched as well: the bytes of both sides, and what was read', async () => {
  const gym = await Gym.open();
  try {
    const [device, tap] = [await freePort(), await freePort()];
    gym.configure(turnstile('henry', device, `    tap: tcp-listen://127.0.0.1:${tap}\n`));
    gym.start(...simulateAt('henry', device));
    await gym.gateway();
    const watch = gym.start('watch', 'catraca-1', '-c', gym.config, '--json');
    await watch.line(/"kind":"link"/);
    // The gym's own software: it connects, says something and listens.
    const software = connect(tap, '127.0.0.1').on('error', () => {});
    software.resume().write('hello');
    await watch.until('readings', () => accesses(watch).length >= 4);
    assert.ok(watch.stdout.some((line) => line.includes('"from":"software"')));
    assert.ok(watch.stdout.some((line) => line.includes('"from":"device"')));
    software.destroy();
    assert.equal(await watch.end('SIGINT'), 0);
  } finally {
    await gym.close();
  }
});

test('calibration compares one turn with swapDirection, and ends by itself', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.start(...simulateAt('henry', port));
    for (const swapDirection of [false, true]) {
      gym.configure(turnstile('henry', port, `    swapDirection: ${swapDirection}\n`));
      const watch = gym.start('watch', 'catraca-1', '-c', gym.config, '--calibrate', '--json');
      const code = await watch.exit;
      assert.ok(watch.stderr.includes('Turn the arm once now, as if ENTERING.'));
      const { turnstile: id, device, configured, needed } = JSON.parse(watch.stdout[0] ?? '');
      assert.deepEqual([id, configured, needed], ['catraca-1', swapDirection, device === 'saida']);
      assert.equal(code, needed === configured ? 0 : 1);
    }
  } finally {
    await gym.close();
  }
});

test('what cannot be watched or replayed is said, with exit code 64', async () => {
  const gym = await Gym.open();
  try {
    gym.configure(turnstile('henry', await freePort()));
    const unknown = gym.start('watch', 'catraca-9', '-c', gym.config);
    assert.equal(await unknown.exit, 64);
    assert.match(unknown.stderr.join('\n'), /turnstiles: catraca-1/);
    const neither = gym.start('testar', 'nobody', '-c', gym.config);
    assert.equal(await neither.exit, 64);
    assert.match(neither.stderr.join('\n'), /catraca-1, crm/);
    const wrong = gym.start('replay', gym.config);
    assert.equal(await wrong.exit, 64);
    assert.match(wrong.stderr.join('\n'), /the recording cannot be read: line 1/);
  } finally {
    await gym.close();
  }
});
