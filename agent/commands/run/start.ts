import { sleep } from '../../../drivers/base/clock.ts';
import { ERRORS, GiroError } from '../../../drivers/base/errors.ts';
import type { Gateway, GatewayParts } from '../../gateway.ts';

/** A gateway that cannot start is tried again this often, while a tap is open; and this often if a person has to act. */
const AGAIN_MS = 5_000;
const AGAIN_AFTER_PERSON_MS = 60_000;

/**
 * Starts the gateway. The door comes first: while a tap passes on, what the gateway is refused (a full disk, a locked
 * journal) does not end the process, and is tried again; `onWait` is told each time. Undefined when `stopping` aborts
 * before it starts.
 * @throws {GiroError} as `Gateway.start` without a tap that passes on.
 */
export async function startGateway(
  parts: GatewayParts,
  stopping: AbortSignal,
  onWait: (refused: GiroError) => Promise<void>,
): Promise<Gateway | undefined> {
  const { taps, clock, log } = parts;
  const { Gateway } = await import('../../gateway.ts');
  while (!stopping.aborted) {
    let againMs = AGAIN_MS;
    try {
      return await Gateway.start(parts);
    } catch (error) {
      if (!(error instanceof GiroError) || !(await taps.pass())) throw error;
      const { code, message: detail } = error;
      log.error({ code, detail }, 'gateway cannot start, trying again; its taps pass on meanwhile');
      await onWait(error);
      if (!ERRORS[code].retry) againMs = AGAIN_AFTER_PERSON_MS;
    }
    // Rejects only when the signal aborts, which ends the loop.
    await sleep(clock, againMs, stopping).catch(() => undefined);
  }
  return undefined;
}
