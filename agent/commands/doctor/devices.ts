import { text } from '../../../config/check/mistakes.ts';
import type { Turnstile } from '../../../config/sections/turnstiles.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { ERRORS, type ErrorCode, GiroError } from '../../../drivers/base/errors.ts';
import type { Text } from '../../../drivers/base/language.ts';
import { createLinkSource } from '../../../drivers/links/open.ts';
import { openReader, type TurnstileStatus } from '../../journal/queries.ts';
import { comparedClock } from './clock.ts';
import type { Finding, Patient } from './finding.ts';

export const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

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
      return turnstiles.flatMap(({ id }) => reported(id, known));
    } finally {
      reader.close();
    }
  }
  return Promise.all(turnstiles.map((turnstile) => reach(turnstile, signal)));
}

function reported(id: string, known: readonly TurnstileStatus[]): readonly Finding[] {
  const status = known.find(({ turnstile }) => turnstile === id);
  const finding = { check: 'devices', subject: id } as const;
  if (status === undefined) return [{ ...finding, state: 'warn', cause: UNHEARD, action: WATCH }];
  const { state, problem, clockSkewMs } = status;
  if (state === 'online') {
    const clock = clockSkewMs === undefined ? [] : [comparedClock(id, clockSkewMs, DEVICE)];
    return [{ ...finding, state: 'ok', cause: text('connected', 'conectada') }, ...clock];
  }
  const cause = problem === undefined ? NOT_CONNECTED : text(problem.detail, problem.detail);
  return [{ ...finding, state: 'fail', cause, action: remedyOf(problem?.code ?? '') ?? WATCH }];
}

/** A device that dials is waited for, and one behind a tap may be in use: neither can be tried. */
async function reach({ id, address, tap, driver }: Turnstile, signal: AbortSignal): Promise<Finding> {
  const finding = { check: 'devices', subject: id } as const;
  if (tap !== undefined) return { ...finding, state: 'warn', cause: BEHIND_TAP, action: START };
  if (address.kind === 'tcp-listen') return { ...finding, state: 'warn', cause: DIALS, action: START };
  const source = createLinkSource(address, { ...driver.link, clock: systemClock, log: SILENT });
  try {
    const link = await source.open(signal);
    link.close();
    return { ...finding, state: 'ok', cause: text(`${link.peer} answers`, `${link.peer} responde`) };
  } catch (error) {
    if (!(error instanceof GiroError)) throw error;
    const { message, code } = error;
    return { ...finding, state: 'fail', cause: text(message, message), action: ERRORS[code].remedy };
  } finally {
    await source.close();
  }
}

/** Of a stored code, which another version may have written. */
function remedyOf(code: string): Text | undefined {
  return code in ERRORS ? ERRORS[code as ErrorCode].remedy : undefined;
}

const WATCH = text('see what comes: giro watch TURNSTILE', 'veja o que chega: giro testar CATRACA');
const UNHEARD = text('the gateway has not told of it yet', 'o gateway ainda não falou dela');
const NOT_CONNECTED = text('not connected yet', 'ainda não conectada');
const DIALS = text('not tried: it connects by itself', 'não testada: ela mesma se conecta');
const BEHIND_TAP = text(
  'not tried: the software of the gym may be using it',
  'não testada: o sistema da academia pode estar usando',
);
const START = text('start the gateway and look again', 'inicie o gateway e olhe de novo');
const DEVICE = {
  whose: text("the turnstile's clock", 'relógio da catraca'),
  action: text(
    'set the clock of the device: the times of accesses come from it',
    'acerte o relógio do equipamento: é dele a hora dos acessos',
  ),
};
