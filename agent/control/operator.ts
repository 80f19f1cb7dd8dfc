import { setImmediate } from 'node:timers/promises';
import type { Webhook } from '../../config/configuration.ts';
import { GiroError } from '../../drivers/errors.ts';
import type { Action } from '../journal/operate.ts';
import type { DeliveryFilter, Scope } from '../journal/selection.ts';
import type { Installation } from '../part.ts';
import { forget } from './forget.ts';
import type { ActionResult, ControlRequest, ControlResults } from './protocol.ts';
import { testEvent } from './test-event.ts';

type OperatorParts = Pick<Installation, 'journal' | 'identity' | 'dispatcher' | 'configuration' | 'clock'>;

/** Whoever asked: hears how far it is, and may go away, which ends the work after the step in hand. */
interface Asker {
  readonly onProgress: (done: number) => void;
  readonly signal: AbortSignal;
}

/** What an operator may do to the queues. Each step is one transaction of the journal; then the lanes in memory follow. */
export class Operator {
  readonly #parts: OperatorParts;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  /** @throws {GiroError} USAGE for a webhook that is not there or inactive, WEBHOOK_PAUSED, JOURNAL_FAILED. */
  async run(request: ControlRequest, asker: Asker): Promise<ControlResults[ControlRequest['command']]> {
    const { dispatcher } = this.#parts;
    switch (request.command) {
      case 'resend':
      case 'discard':
        return this.#act(request, asker);
      case 'pause':
        await dispatcher.pause(this.#active(request.webhook).id);
        return {};
      case 'resume':
        await dispatcher.resume(this.#active(request.webhook).id, request.now);
        return {};
      case 'test':
        return this.#test(this.#active(request.webhook));
      case 'forget':
        return forget(this.#parts, request, asker.signal);
    }
  }

  async #act(
    { command, filter, dryRun }: Extract<ControlRequest, { command: Action }>,
    { onProgress, signal }: Asker,
  ): Promise<ActionResult> {
    const webhooks: Record<string, number> = {};
    let total = 0;
    for (const scope of await this.#scopes(command, filter)) {
      for (let rest: Scope | undefined = scope; rest !== undefined && !signal.aborted; ) {
        const atMs = this.#parts.clock.now();
        const step = await this.#parts.journal.operate({
          action: command,
          dryRun,
          filter,
          scope: rest,
          atMs,
        });
        // What was committed before this step has reached its lane by then, and can be taken out of it again.
        await setImmediate();
        rest = step.rest;
        if (step.sequences.length === 0) continue;
        if (!dryRun) this.#follow(command, scope.webhook, step.sequences);
        total += step.sequences.length;
        webhooks[scope.webhook] = (webhooks[scope.webhook] ?? 0) + step.sequences.length;
        onProgress(total);
      }
    }
    return { total, webhooks };
  }

  #follow(action: Action, webhook: string, sequences: readonly number[]): void {
    const { dispatcher } = this.#parts;
    if (action === 'resend') dispatcher.replay(webhook);
    else dispatcher.discard(webhook, sequences);
  }

  /** What left the configuration can be discarded; only what is active can be sent. */
  async #scopes(action: Action, filter: DeliveryFilter): Promise<readonly Scope[]> {
    const { journal, configuration } = this.#parts;
    if (action === 'resend' && filter.webhook !== undefined) this.#active(filter.webhook);
    const scopes = await journal.scopes(filter);
    if (action === 'discard') return scopes;
    const active = configuration()
      .webhooks.filter((webhook) => webhook.active)
      .map(({ id }) => id);
    return scopes.filter(({ webhook }) => active.includes(webhook));
  }

  #active(id: string): Webhook {
    const { webhooks } = this.#parts.configuration();
    const webhook = webhooks.find((each) => each.id === id);
    if (webhook === undefined) {
      const known = webhooks.map((each) => each.id).join(', ') || '-';
      throw new GiroError('USAGE', `no webhook is called "${id}"; known: ${known}`);
    }
    if (!webhook.active) throw new GiroError('USAGE', `webhook "${id}" is INATIVA (active: false)`);
    return webhook;
  }

  async #test({ id, units: wanted }: Webhook): Promise<ControlResults['test']> {
    const { configuration, clock, dispatcher, journal } = this.#parts;
    const { agent, units } = configuration();
    const unit = units.find((each) => wanted?.includes(each.id) ?? true);
    if (unit === undefined) throw new GiroError('USAGE', 'the configuration has no unit');
    if (dispatcher.endpoints().some((state) => state.webhook === id && state.pausedAtMs !== undefined)) {
      throw new GiroError('WEBHOOK_PAUSED', id);
    }
    const event = testEvent({ agent: agent.name, unit, webhook: id, nowMs: clock.now() });
    const { deliveries } = await journal.accept({ events: [event] });
    dispatcher.offer(deliveries);
    await dispatcher.resume(id); // a wait that is running would only be waited out
    return { id: event.id, sequence: deliveries[0]?.sequence ?? 0 };
  }
}
