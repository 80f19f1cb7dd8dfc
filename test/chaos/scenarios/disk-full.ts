import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../e2e/gym.ts';
import { GiroProcess } from '../../e2e/processes.ts';
import { cannot } from '../privileges.ts';
import type { Run, Scenario } from '../scenario.ts';
import type { Site } from '../site.ts';
import type { Tally } from '../tally.ts';

/** Afterwards it has room for what happened meanwhile, which is 15,000 accesses in the long form. */
const DISK_MB = { short: 16, full: 256 } as const;
const EVENTS_PER_SECOND = 200;
/** So long without an acknowledgement, while accesses go on happening, the journal refuses. */
const STALLED_MS = 3_000;
const FULL_FOR_MS = { short: 1_000, full: 70_000 } as const;
/** Alarms look once a minute; only the long form waits for one. */
const ALARM = 'diario_recusado';

export const diskFull: Scenario = {
  name: 'disk-full',
  what: `the disk of the data folder (${DISK_MB.full} MB, in the short form ${DISK_MB.short}) is full for a while; a tap goes on beside it`,
  missing: () => cannot('unshare', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'),
  run,
};

async function run({ scale, open, note }: Run): Promise<Tally> {
  using door = await TappedDoor.open();
  await using site = await open({ turnstile: door.configuration });
  mkdirSync(site.data);
  const onSmallDisk = `mount -t tmpfs -o size=${DISK_MB[scale]}m tmpfs '${site.data}' && exec "$@"`;
  const gateway = await site.start({}, ['unshare', '--mount', 'sh', '-c', onSmallDisk, 'sh']);
  const pid = gateway.child.pid ?? 0;
  const filler = join(`/proc/${pid}/root`, site.data, 'filler');
  await site.source.ask('rate', { perSecond: EVENTS_PER_SECOND });
  await gateway.whileRunning(site.source.ask('acknowledged', { count: EVENTS_PER_SECOND }));
  await door.passes();

  fill(filler);
  const accepted = await stalled(site);
  note(`${accepted} accepted until the disk took nothing more`);
  await door.passes();
  await sleep(FULL_FOR_MS[scale]);
  assert.ok(gateway.running, 'nothing crashes');
  assert.equal(await site.accepted(), accepted, 'what is not stored is not acknowledged');
  await door.passes();
  if (scale === 'full') assert.ok((await alarms(site, pid)).includes(ALARM), `${ALARM} is told`);

  rmSync(filler);
  return await site.settle(gateway);
}

/** Writes until nothing fits any more. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const size of [65_536, 4_096]) write(file, Buffer.alloc(size, 1));
  } finally {
    closeSync(file);
  }
}

function write(file: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** Resolves with how many were accepted, once no more are: the log that SQLite has takes some at first. */
async function stalled(site: Site): Promise<number> {
  for (let before = -1, now = await site.accepted(); ; before = now, now = await site.accepted()) {
    if (now === before) return now;
    await sleep(STALLED_MS);
  }
}

async function alarms(site: Site, pid: number): Promise<string[]> {
  const status = new GiroProcess(['status', '--json', '--config', site.config], {
    within: ['nsenter', '--mount', '--target', String(pid)],
  });
  await status.exit;
  const found = JSON.parse(status.stdout.join('')) as { alarms: { code: string }[] };
  return found.alarms.map(({ code }) => code);
}

/** A device that echoes what is no access, and the gym's own software, which reaches it through the gateway's tap. */
class TappedDoor implements Disposable {
  readonly configuration: string;
  readonly #tapPort: number;
  readonly #device: Server;
  #software: Socket | undefined;

  private constructor(device: Server, tapPort: number) {
    this.#device = device;
    this.#tapPort = tapPort;
    const { port } = device.address() as AddressInfo;
    this.configuration = `  - id: porta
    unit: centro
    driver: lines
    connect: tcp://127.0.0.1:${port}
    tap: tcp-listen://127.0.0.1:${tapPort}
    options: { pattern: '^no access$' }
`;
  }

  static async open(): Promise<TappedDoor> {
    const device = createServer((socket) => socket.on('error', () => {}).pipe(socket));
    device.listen(0, '127.0.0.1');
    await once(device, 'listening');
    return new TappedDoor(device, await freePort());
  }

  /** Resolves when what the software sends has gone through the gateway to the device and back. */
  async passes(): Promise<void> {
    this.#software ??= connect(this.#tapPort, '127.0.0.1');
    const software = this.#software;
    await new Promise<void>((resolve, reject) => {
      software.once('error', reject).once('data', () => resolve());
      software.write('x\n');
    });
  }

  [Symbol.dispose](): void {
    this.#software?.destroy();
    this.#device.close();
  }
}
