import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CONTROLLERS, end, freePorts, type Running, type System } from './system.ts';

/** Debian's syslog-ng-core with syslog-ng-mod-http: reliable disk buffer, one event a request, one worker for the order. */
export const syslogNg: System = {
  name: 'syslog-ng',
  async version() {
    try {
      const { stdout } = await promisify(execFile)('syslog-ng', ['--version']);
      return /Installer-Version: (\S+)/.exec(stdout)?.[1];
    } catch {
      return undefined;
    }
  },
  async start({ folder, receiverPort }) {
    const [port = 0] = await freePorts(1);
    const config = join(folder, 'syslog-ng.conf');
    mkdirSync(join(folder, 'buffer'), { recursive: true });
    writeFileSync(
      config,
      `@version: 3.38
options { time-reopen(1); stats-freq(0); };
source lines {
  network(ip("127.0.0.1") port(${port}) transport("tcp") flags(no-parse) max-connections(8) log-iw-size(100000));
};
destination crm {
  http(url("http://127.0.0.1:${receiverPort}/") method("POST") body("$MSG") workers(1) batch-lines(1) retries(1000000)
    disk-buffer(reliable(yes) mem-buf-size(64MiB) disk-buf-size(1GiB) dir("${join(folder, 'buffer')}")));
};
log { source(lines); destination(crm); flags(flow-control); };
`,
    );
    const child = spawn(
      'syslog-ng',
      [
        '-F',
        '-f',
        config,
        '-R',
        join(folder, 'persist'),
        '-p',
        join(folder, 'pid'),
        '-c',
        join(folder, 'ctl'),
        '--no-caps',
      ],
      { stdio: ['ignore', 'ignore', 'ignore'] },
    );
    await answering(port);
    return {
      pid: child.pid ?? 0,
      ports: Array.from({ length: CONTROLLERS }, () => port),
      retryNow: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => end(child),
    } satisfies Running;
  },
};

const PATIENCE_MS = 60_000;

/** Resolves when something listens there. */
export async function answering(port: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += 100) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await setTimeout(100); // not yet: that is what this waits for
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`nothing listens on ${port}`);
}
