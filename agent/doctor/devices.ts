import type { Turnstile } from '../../config/configuration.ts';
import { text } from '../../config/mistakes.ts';
import { systemClock } from '../../drivers/clock.ts';
import { ERRORS, type ErrorCode, GiroError } from '../../drivers/errors.ts';
import type { Text } from '../../drivers/language.ts';
import { createLinkSource } from '../../drivers/links/open.ts';
import { openReader, type TurnstileStatus } from '../journal/queries.ts';
import type { Finding, Patient } from './finding.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Whether the turnstiles are reached. While the gateway runs it is believed: most controllers serve one client, and a
 * second connection would disturb the first.
 */
export async function checkDevices({ configuration, running, signal }: Patient): Promise<readonly Finding[]> {
  const { turnstiles, agent } = configuration;
  if (running) {
    const reader = openReader(agent.data);
    try {
      const known = reader.turnstiles();
      return turnstiles.map(({ id }) => reported(id, known));
    } finally {
      reader.close();
    }
  }
  const found = await Promise.all(turnstiles.map((turnstile) => reach(turnstile, signal)));
  return found.filter((finding) => finding !== undefined);
}

function reported(id: string, known: readonly TurnstileStatus[]): Finding {
  const status = known.find(({ turnstile }) => turnstile === id);
  if (status?.state === 'online') {
    return { check: 'devices', state: 'ok', subject: id, cause: text('connected', 'conectada') };
  }
  const { code, detail } = status?.problem ?? { code: '', detail: '-' };
  return {
    check: 'devices',
    state: 'fail',
    subject: id,
    cause: text(detail, detail),
    action: remedyOf(code) ?? WATCH,
  };
}

/** A device that dials is waited for, and one behind a tap may be in use: neither can be tried. */
async function reach(
  { id, address, tap, driver }: Turnstile,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  if (address.kind === 'tcp-listen' || tap !== undefined) return undefined;
  const source = createLinkSource(address, { ...driver.link, clock: systemClock, log: SILENT });
  try {
    const link = await source.open(signal);
    link.close();
    return {
      check: 'devices',
      state: 'ok',
      subject: id,
      cause: text(`${link.peer} answers`, `${link.peer} responde`),
    };
  } catch (error) {
    if (!(error instanceof GiroError)) throw error;
    const { message, code } = error;
    return {
      check: 'devices',
      state: 'fail',
      subject: id,
      cause: text(message, message),
      action: ERRORS[code].remedy,
    };
  } finally {
    await source.close();
  }
}

/** Of a stored code, which another version may have written. */
function remedyOf(code: string): Text | undefined {
  return code in ERRORS ? ERRORS[code as ErrorCode].remedy : undefined;
}

const WATCH = text('see what comes: giro watch TURNSTILE', 'veja o que chega: giro testar CATRACA');
