import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Classified } from '../http/classes.ts';
import type { Outcome } from '../http/outcome.ts';
import { parseHttpDate } from '../http/retry-after.ts';

const WARN_MS = 120_000;
/** Receivers refuse timestamps that are further off than this (webhooks.md 1, clock). */
const REFUSE_MS = 300_000;
/** The stored skew follows the measured one when it is this far off: a `Date` is whole seconds, from before the way here. */
const STORE_MS = 10_000;

const CAUSE = {
  en: 'the clocks of this machine and of the receiver are more than 5 minutes apart, so it refuses the signature: correct date and time of this machine',
  'pt-BR':
    'os relógios desta máquina e do destino diferem mais de 5 minutos, por isso ele recusa a assinatura: acerte a data e a hora desta máquina',
} as const;

/** The clock of one receiver against the agent's, from the `Date` of its answers. */
export class ClockSkew {
  readonly #webhook: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #warned = false;
  #changed = false;
  /** Receiver's clock minus the agent's, ms; undefined until an answer told. */
  skewMs: number | undefined;

  constructor(webhook: string, parts: { readonly clock: Clock; readonly log: Logger }) {
    this.#webhook = webhook;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  restore(skewMs: number | undefined): void {
    this.skewMs = skewMs;
    this.#warned = Math.abs(skewMs ?? 0) > WARN_MS;
  }

  /** Whether it changed since the last call, in a way that is worth storing. */
  takeChange(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Measures, warns once an episode, and answers what the outcome means if the clocks are why it was refused. */
  judge(outcome: Outcome): Classified | undefined {
    const date = outcome.kind === 'answer' ? outcome.date : undefined;
    const receiverMs = date === undefined ? undefined : parseHttpDate(date);
    if (outcome.kind === 'fault' || outcome.from !== undefined || receiverMs === undefined) {
      return undefined;
    }
    const measuredMs = receiverMs - this.#clock.now();
    this.#note(measuredMs);
    const refused = outcome.status === 400 || outcome.status === 401;
    return refused && Math.abs(measuredMs) > REFUSE_MS
      ? { class: 'C', outcome: 'clock_skew', cause: CAUSE }
      : undefined;
  }

  #note(measuredMs: number): void {
    const apart = Math.abs(measuredMs) > WARN_MS;
    const context = { webhook: this.#webhook, skewMs: measuredMs };
    if (apart && !this.#warned) this.#log.warn(context, 'the clocks of receiver and agent are apart');
    if (!apart && this.#warned) this.#log.info(context, 'the clocks of receiver and agent agree again');
    if (
      apart !== this.#warned ||
      Math.abs(measuredMs - (this.skewMs ?? Number.POSITIVE_INFINITY)) >= STORE_MS
    ) {
      this.skewMs = measuredMs;
      this.#changed = true;
    }
    this.#warned = apart;
  }
}
