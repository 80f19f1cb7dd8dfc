import { performance } from 'node:perf_hooks';

/** The time that a part sees. Injected everywhere, so that a test of days takes milliseconds. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds since some moment; nobody sets it, and it may stand still while the machine sleeps. */
  monotonic(): number;
  /** Runs `task` once after `delayMs` (0 or more, any length); calling the answer cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

/** Longest delay that one Node timer takes (2^31 - 1 ms, 24.8 days); longer ones fire at once. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, task) {
    let timer: NodeJS.Timeout;
    const arm = (remainingMs: number): void => {
      const stepMs = Math.min(Math.max(remainingMs, 0), LONGEST_TIMER_MS);
      timer = setTimeout(() => (remainingMs > stepMs ? arm(remainingMs - stepMs) : task()), stepMs);
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
