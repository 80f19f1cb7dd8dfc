import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** How a system is set up for one workload. */
export interface Setting {
  /** An empty folder of its own. */
  readonly folder: string;
  readonly receiverPort: number;
  /** YAML lines of Giro's webhook; the peers have no such settings. */
  readonly webhook?: string;
  /** Each line is acknowledged to its controller; Giro only. */
  readonly ack?: boolean;
}

/** A system under measure, running. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** Where the controllers dial, one port each. */
  readonly ports: readonly number[];
  /** Makes it try a receiver that is back at once, where it has such a command. */
  retryNow(): Promise<void>;
}

export interface System {
  readonly name: string;
  /** Its version, or undefined where it is not installed. */
  version(): Promise<string | undefined>;
  start(setting: Setting): Promise<Running>;
}

export const CONTROLLERS = 4;

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      server.close();
      await once(server, 'close');
      if (address === null || typeof address === 'string') throw new Error('a TCP server has an address');
      return address.port;
    }),
  );
}

/** Ends a process and waits for that. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Memory of a process, MB (proc(5)). */
export function memoryOf(pid: number): { readonly rss: number; readonly anonymous: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { rss: megabytes('VmRSS'), anonymous: megabytes('RssAnon') };
}

const TICKS_PER_S = 100;

/** Seconds of CPU that a process has used (proc(5), fields 14 and 15). */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

const REST_MS = 1_000;
const REST_SHARE = 0.05;

/** Resolves once a process has used hardly any CPU for a second. */
export async function atRest(pid: number): Promise<void> {
  for (let used = Number.POSITIVE_INFINITY; used > (REST_SHARE * REST_MS) / 1000; ) {
    const before = cpuOf(pid);
    await setTimeout(REST_MS);
    used = cpuOf(pid) - before;
  }
}
