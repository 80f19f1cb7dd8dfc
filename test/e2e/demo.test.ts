import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { assertContract } from '../contract.ts';
import { GiroProcess } from './processes.ts';

/** The demo has ports of its own; somebody may be looking at one on this machine. */
async function demoRuns(): Promise<string | false> {
  const taken = await new Promise<boolean>((resolve) => {
    const socket = connect(18_480, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
  return taken
    ? 'SKIPPED: port 18480 is in use, probably by a demo that runs; nothing is proven here'
    : false;
}

/** The bodies in the demo's journal, as delivered. */
function sentBodies(): string[] {
  const file = fileURLToPath(new URL('../../data/demo/journal.db', import.meta.url));
  const db = new Sqlite(file, { readonly: true });
  try {
    return db.prepare<[], string>('SELECT body FROM deliveries').pluck().all();
  } finally {
    db.close();
  }
}

test('without a configuration the demo runs: three lines, verified notifications, a clean end', {
  skip: await demoRuns(),
}, async () => {
  const demo = new GiroProcess(['run']);
  try {
    // Numbers go on from the last demo on this machine.
    const notifications = (): string[] => demo.stdout.filter((line) => /^#\d+ /.test(line));
    await demo.until('two notifications', () => notifications().length >= 2);
    const [what, next, status] = demo.stdout;
    assert.match(what ?? '', /two simulated Henry turnstiles/);
    assert.match(next ?? '', /config\/giro\.yaml/);
    assert.match(status ?? '', /npm run giro -- status/);
    const panel = await demo.line(/^Open in a browser/);
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/$/.exec(panel) ?? [];
    assert.match(await (await fetch(url)).text(), /<title>Giro<\/title>/);
    assert.match(notifications()[0] ?? '', /notificarAcesso {2}catraca-[12]/);

    // One Ctrl-C of a person arrives twice: from the terminal and from npm.
    demo.child.kill('SIGINT');
    demo.child.kill('SIGINT');
    assert.equal(await demo.exit, 0);
    assert.deepEqual(demo.stderr, []);

    // What the receiver was sent, byte for byte: the screen shows only a line of each.
    const bodies = sentBodies();
    assert.ok(bodies.length >= 2);
    for (const body of bodies) assertContract(JSON.parse(body));
  } finally {
    await demo.end('SIGKILL');
  }
});

test('run --json: the demo prints one object a notification, and what is for people goes beside it', {
  skip: await demoRuns(),
}, async () => {
  const demo = new GiroProcess(['run', '--json']);
  try {
    await demo.until('a notification', () => demo.stdout.length > 0);
    const notifications = demo.stdout.map((line) => JSON.parse(line));
    for (const { body } of notifications) assertContract(body);
    assert.match(demo.stderr[0] ?? '', /two simulated Henry turnstiles/);
    demo.child.kill('SIGINT');
    assert.equal(await demo.exit, 0);
  } finally {
    await demo.end('SIGKILL');
  }
});

test('under an old Node.js there is one clear line and exit code 78', () => {
  const guard = new URL('../../agent/runtime-guard.mjs', import.meta.url).href;
  const script = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2', napi: '9' } }); await import('${guard}');`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  assert.equal(status, 78);
  assert.match(stderr, /^giro: Node\.js 20\.20\.2 is too old; Giro needs Node\.js 24 .*\n$/);
});
