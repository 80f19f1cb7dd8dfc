import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Logger } from '../../../drivers/base/log.ts';

/** It says one line and ends (9 to 19 ms); longer means that nobody reads the socket. */
const NOTIFY_TIMEOUT_MS = 10_000;

/** Tells a service manager how the gateway is. */
export type Notify = (...assignments: string[]) => Promise<void>;

/**
 * Speaks sd_notify(3) by the program `systemd-notify`, for Node has no datagram sockets in the file system; undefined
 * where nobody listens (`NOTIFY_SOCKET`). Never rejects: what could not be told is logged, and a watchdog that hears
 * nothing acts on that.
 */
export function createNotify(env: NodeJS.ProcessEnv, log: Logger): Notify | undefined {
  const { NOTIFY_SOCKET, PATH } = env;
  if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === '') return undefined;
  const run = promisify(execFile);
  return async (...assignments) => {
    try {
      await run('systemd-notify', assignments, {
        env: { NOTIFY_SOCKET, ...(PATH === undefined ? {} : { PATH }) },
        timeout: NOTIFY_TIMEOUT_MS,
      });
    } catch (error) {
      log.warn({ err: error }, 'the service manager was not notified');
    }
  };
}

/** How often to feed, ms: four times in what systemd waits for; undefined where it does not watch this process. */
export function watchdogIntervalMs(env: NodeJS.ProcessEnv, pid: number): number | undefined {
  const { WATCHDOG_USEC, WATCHDOG_PID } = env;
  const limitMs = Number(WATCHDOG_USEC) / 1000;
  const isOurs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === pid;
  return isOurs && limitMs > 0 ? limitMs / 4 : undefined;
}
