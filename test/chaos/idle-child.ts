/** Process: a gateway whose clock a test moves, so that a day without an access takes seconds. */
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '../../agent/base/log.ts';
import { Gateway } from '../../agent/gateway.ts';
import { Taps } from '../../agent/turnstiles/taps.ts';
import { loadConfiguration } from '../../config/load.ts';
import { ManualClock } from '../clock.ts';
import { servePart } from './part.ts';

const MINUTE_MS = 60_000;
/** Real time after each task, in which the disk and the network get their turn. */
const TURN_MS = 1;
const TICK_MS = 10;

const clock = new ManualClock(Date.now(), () => sleep(TURN_MS));
let gateway: Gateway | undefined;
let ticking: NodeJS.Timeout | undefined;

/** Memory in bytes and file descriptors, after each of so many simulated hours. */
interface Vitals {
  readonly rss: readonly number[];
  readonly descriptors: readonly number[];
}

const calls = {
  async start({ config }: { config: string }) {
    const configuration = await loadConfiguration(config, { env: process.env });
    const log = await createLog({ level: 'error' });
    gateway = await Gateway.start({ configuration, clock, log, taps: new Taps({ clock, log }) });
    calls.tick();
  },
  /** Lets the clock run as the wall clock does. */
  tick() {
    let isBusy = false;
    ticking = setInterval(() => {
      if (isBusy) return;
      isBusy = true;
      void clock.advance(TICK_MS).finally(() => {
        isBusy = false;
      });
    }, TICK_MS);
  },
  /** Lets hours pass, quickly. */
  async pass({ hours }: { hours: number }): Promise<Vitals> {
    clearInterval(ticking);
    const rss: number[] = [];
    const descriptors: number[] = [];
    for (let hour = 0; hour < hours; hour += 1) {
      for (let minute = 0; minute < 60; minute += 1) await clock.advance(MINUTE_MS);
      rss.push(process.memoryUsage.rss());
      descriptors.push(readdirSync('/proc/self/fd').length);
    }
    calls.tick();
    return { rss, descriptors };
  },
  async stop() {
    await gateway?.stop();
    clearInterval(ticking);
  },
};
export type Idle = typeof calls;

servePart(calls);
