import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Turnstile, Unit } from '../../config/configuration.ts';
import type { Clock } from '../../drivers/clock.ts';
import type { DecisionQuestion, TurnstileContext } from '../../drivers/driver.ts';
import { GiroError } from '../../drivers/errors.ts';
import { turned } from '../accesses/body.ts';
import type { Identity } from '../accesses/identity.ts';
import { instantOf, zonedText } from '../accesses/moment.ts';
import { version } from '../version.ts';

const answerSchema = z.object({ grant: z.boolean(), message: z.string().max(200).optional() });

/** Keeps connections open between two people; idle ones keep no process alive. */
const connections = new Agent({ maxResponseSize: 4096 });

interface DeciderOptions {
  readonly turnstile: Turnstile;
  readonly unit: Unit;
  readonly identity: Pick<Identity, 'reference'>;
  readonly clock: Clock;
}

/** Asks the gym's own system over HTTP who may pass. Credentials leave as in the webhook: as keyed hashes. */
export function createDecider(options: DeciderOptions): NonNullable<TurnstileContext<unknown>['decide']> {
  return async (question, { url, headers, timeoutMs }, signal) => {
    const response = await request(url, {
      method: 'POST',
      headers: { 'user-agent': `giro/${version}`, ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(questionBody(question, options)),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      dispatcher: connections,
    }).catch((error: unknown) => {
      throw new GiroError('LINK_FAILED', `the callback was not reached: ${codeOf(error)}`);
    });
    const text = await response.body.text().catch(() => '');
    const answer = answerSchema.safeParse(response.statusCode === 200 ? parseJson(text) : undefined);
    if (answer.data !== undefined) return answer.data;
    throw new GiroError('LINK_FAILED', `the callback gave no usable answer: status ${response.statusCode}`);
  };
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
