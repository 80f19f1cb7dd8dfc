import { isIP } from 'node:net';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Unit } from '../../config/configuration.ts';
import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { DecisionQuestion, TurnstileContext } from '../../drivers/contract/driver.ts';
import { turned } from '../accesses/body.ts';
import { version } from '../base/version.ts';
import type { Identity } from '../events/identity.ts';
import { instantOf, zonedText } from '../events/moment.ts';
import { blockedAddress, guardedLookup } from '../http/address-guard.ts';

const answerSchema = z.object({ grant: z.boolean(), message: z.string().max(200).optional() });

/** Keep connections open between two people; idle ones keep no process alive. Addresses are guarded as webhooks' are. */
const connections = {
  toOthers: new Agent({ maxResponseSize: 4096, connect: { lookup: guardedLookup({ loopback: false }) } }),
  toAll: new Agent({ maxResponseSize: 4096, connect: { lookup: guardedLookup({ loopback: true }) } }),
};

interface DeciderOptions {
  readonly turnstile: Turnstile;
  readonly unit: Unit;
  readonly identity: Pick<Identity, 'reference'>;
  readonly clock: Clock;
}

/** Asks the gym's own system over HTTP who may pass. Credentials leave as in the webhook: as keyed hashes. */
export function createDecider(options: DeciderOptions): NonNullable<TurnstileContext<unknown>['decide']> {
  return async (question, { url, headers, allow, timeoutMs }, signal) => {
    const loopback = allow.includes('loopback');
    refuseBlocked(url, loopback);
    const response = await request(url, {
      method: 'POST',
      headers: { 'user-agent': `giro/${version}`, ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(questionBody(question, options)),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      dispatcher: loopback ? connections.toAll : connections.toOthers,
    }).catch((error: unknown) => {
      throw new GiroError('LINK_FAILED', `the callback was not reached: ${codeOf(error)}`);
    });
    const text = await response.body.text().catch(() => '');
    const answer = answerSchema.safeParse(response.statusCode === 200 ? parseJson(text) : undefined);
    if (answer.data !== undefined) return answer.data;
    throw new GiroError('LINK_FAILED', `the callback gave no usable answer: status ${response.statusCode}`);
  };
}

/** An address in the URL itself is not looked up. */
function refuseBlocked(url: string, loopback: boolean): void {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && blockedAddress(host, { loopback }))
    throw new GiroError('ADDRESS_BLOCKED', `the callback leads to ${host}`);
}

function questionBody(
  question: DecisionQuestion,
  { turnstile, unit, identity, clock }: DeciderOptions,
): object {
  const { credential, person, direction = 'indefinido', means = 'indefinido', at } = question;
  const atMs = (at && instantOf(at, unit.timezone)) ?? clock.now();
  return {
    turnstile: turnstile.id,
    at: zonedText(atMs, unit.timezone),
    direction: turned(direction, turnstile.swapDirection),
    means,
    credentialReference: credential && identity.reference(credential.value),
    person: person && { tipo: person.kind, sistema: person.system, idExterno: person.externalId },
  };
}

/** Never the message: it may hold the address. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
