import type { Turnstile } from '../../config/configuration.ts';
import { type Clock, sleep } from '../../drivers/clock.ts';
import { GiroError } from '../../drivers/errors.ts';
import type { TcpAddress, TcpListenAddress } from '../../drivers/links/address.ts';
import { TcpTap } from '../../drivers/links/tap.ts';
import type { Logger } from '../../drivers/log.ts';
import type { Intake } from '../accesses/intake.ts';
import type { SessionState } from './turnstile.ts';

/** A port that is in use is tried again this often: an update leaves it busy for a moment. */
const LISTEN_AGAIN_MS = 2_000;

export interface TappedOptions {
  readonly turnstile: Turnstile & { readonly address: TcpAddress };
  readonly tap: TcpListenAddress;
  readonly intake: Pick<Intake, 'record'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onState: (state: SessionState) => void;
}

/** Keeps the tap of one turnstile open, and hears what flows through it. Resolves when `signal` aborts. */
export async function keepTapped(options: TappedOptions, signal: AbortSignal): Promise<void> {
  const { turnstile, tap, intake, clock, log, onState } = options;
  const offline = ({ code, message }: GiroError): void =>
    onState({ state: 'offline', problem: { code, detail: message } });
  const wire = new TcpTap({
    listen: tap,
    device: turnstile.address,
    ...turnstile.driver.link,
    log,
    observe: () =>
      turnstile.driver.observe({
        id: turnstile.id,
        options: turnstile.options,
        clock,
        log,
        signal,
        record: (...readings) => intake.record(...readings),
      }),
    onConversation(state, why) {
      if (state === 'open') {
        log.info({}, 'turnstile online');
        onState({ state: 'online' });
      } else if (why !== undefined && !signal.aborted) {
        log.warn({ code: why.code, detail: why.message }, 'turnstile offline');
        offline(why);
      }
    },
  });
  if (!(await listening(wire, options, offline, signal))) return;
  log.info({ tap: wire.address }, 'tap listens for the gym’s software');
  offline(new GiroError('TAP_IDLE', `nobody has connected to ${wire.address} yet`));
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  await wire.close();
  onState({ state: 'offline' });
}

async function listening(
  wire: TcpTap,
  { clock, log }: TappedOptions,
  offline: (why: GiroError) => void,
  signal: AbortSignal,
): Promise<boolean> {
  for (let isSaid = false; !signal.aborted; isSaid = true) {
    try {
      await wire.listen();
      return true;
    } catch (error) {
      if (!(error instanceof GiroError)) throw error;
      if (!isSaid) log.error({ code: error.code, detail: error.message }, 'tap cannot listen, trying again');
      offline(error);
    }
    // Rejects only when the signal aborts, which ends the loop.
    await sleep(clock, LISTEN_AGAIN_MS, signal).catch(() => undefined);
  }
  return false;
}
