import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Link, LinkSource } from '../links/link.ts';
import type { SimulatedPassage } from './passage.ts';
import type { Scenario } from './scenario.ts';

/** A controller that speaks the real wire from its own end, for tests, the demo and `giro simulate`. */
export interface Simulator {
  /** One connection to the agent. Resolves when the link ends or `signal` aborts. Connections come one at a time. */
  run(link: Link, signal: AbortSignal): Promise<void>;
  /**
   * Plays one passage. Resolves `reported` once the agent was told, and acknowledged it where the protocol has an
   * acknowledgement; `unheard` if the protocol keeps nothing and no agent was connected. Passages queue behind each
   * other; what a real controller keeps and sends again after a break is kept and sent again here too.
   */
  play(passage: SimulatedPassage): Promise<'reported' | 'unheard'>;
  /** What it answers to a datagram on its port, if anything. */
  answerDatagram?(datagram: Uint8Array): Uint8Array | undefined;
}

export interface SimulatorContext {
  readonly clock: Clock;
  readonly log: Logger;
  /** Settings of the simulated controller, as its driver's README lists them; an unknown one throws USAGE. */
  readonly settings: Readonly<Record<string, string>>;
  /** `normal` without it. */
  readonly scenario?: Scenario;
}

export interface SimulatorHost extends Omit<SimulatorContext, 'settings' | 'scenario'> {
  readonly signal: AbortSignal;
  /** The agent is there, at each connection. */
  readonly onConnected?: () => void;
}

/** Keeps a simulator connected over one connection after another until `signal` aborts; then resolves. */
export async function runSimulator(
  simulator: Simulator,
  source: LinkSource,
  { clock, log, signal, onConnected }: SimulatorHost,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const link = await source.open(signal);
      onConnected?.();
      try {
        await simulator.run(link, signal);
      } finally {
        link.close();
      }
      if (source.kind !== 'tcp-listen') await pause(clock, RECONNECT_MS, signal); // a device takes its time
    } catch (error) {
      if (signal.aborted) break;
      log.debug({ err: error, address: source.address }, 'simulated link ended');
      await pause(clock, RECONNECT_MS, signal);
    }
  }
  await source.close();
}

const RECONNECT_MS = 200;

function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
