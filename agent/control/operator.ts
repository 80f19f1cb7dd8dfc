import { setImmediate } from 'node:timers/promises';
import type { Webhook } from '../../config/configuration.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Installation } from '../delivery/installation.ts';
import type { TurnstileStanding } from '../events/turnstile-standing.ts';
import type { Action } from '../journal/operate.ts';
import type { DeliveryFilter, Scope } from '../journal/selection.ts';
import type { WireEvent, Wires } from '../turnstiles/wire.ts';
import { forget } from './forget.ts';
import { inForce } from './in-force.ts';
import {
  type ActionResult,
  type ControlRequest,
  type ControlResults,
  LOOKS,
  type QueueResult,
} from './protocol.ts';
import type { Reload } from './reload.ts';
import { testEvent } from './test-event.ts';

interface OperatorParts
  extends Pick<
    Installation,
    'journal' | 'outbox' | 'signals' | 'identity' | 'dispatcher' | 'configuration' | 'clock'
  > {
  readonly wires: Wires;
  readonly reload: Pick<Reload, 'reload' | 'state'>;
  /** Where each of them stands. */
  readonly turnstiles: () => readonly TurnstileStanding[];
}

/** Whoever asked: hears how far it is, and may go away, which ends the work after the step in hand. */
interface Asker {
  readonly onProgress: (done: number) => void;
  readonly onEvent: (event: WireEvent) => void;
  readonly signal: AbortSignal;
  /** For the audit: `command`, or `panel` and an address. */
  readonly origin: string;
}

/** What an operator may do to the queues, and see of the wires. Each step is one transaction of the journal; then the lanes in memory follow. */
export class Operator {
  readonly #parts: OperatorParts;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  /**
   * Whatever changes something, or fails to, is in the audit afterwards.
   * @throws {GiroError} USAGE for a webhook that is not there or inactive, WEBHOOK_PAUSED, JOURNAL_FAILED.
   */
  async run(request: ControlRequest, asker: Asker): Promise<ControlResults[ControlRequest['command']]> {
    const changesNothing = LOOKS.has(request.command) || ('dryRun' in request && request.dryRun);
    if (changesNothing) return this.#do(request, asker);
    let outcome = 'INTERNAL';
    try {
      const result = await this.#do(request, asker);
      outcome = outcomeOf(result);
      return result;
    } catch (error) {
      if (error instanceof GiroError) outcome = error.code;
      throw error;
    } finally {
      const entry = { atMs: this.#parts.clock.now(), action: request.command, subject: subjectOf(request) };
      await this.#parts.journal.accept({ audits: [{ ...entry, origin: asker.origin, outcome }] });
    }
  }

  async #do(request: ControlRequest, asker: Asker): Promise<ControlResults[ControlRequest['command']]> {
    const { reload, turnstiles } = this.#parts;
    switch (request.command) {
      case 'resend':
      case 'discard':
        return this.#act(request, asker);
      case 'pause':
      case 'resume':
        return this.#hold(request);
      case 'test':
        return this.#test(request);
      case 'forget':
        return forget(this.#parts, request, asker.signal);
      case 'reload':
        return reload.reload();
      case 'configuration':
        return inForce(this.#parts.configuration(), reload.state);
      case 'turnstiles':
        return turnstiles();
      case 'watch':
        return this.#watch(request.turnstile, asker);
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
    if (command === 'discard' && !dryRun)
      this.#parts.signals.tell('dropped', { reason: 'operator', count: total });
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

  async #watch(id: string, { onEvent, signal }: Asker): Promise<Record<string, never>> {
    const { wires } = this.#parts;
    const { turnstiles } = this.#parts.configuration();
    if (!turnstiles.some((turnstile) => turnstile.id === id)) {
      const known = turnstiles.map((each) => each.id).join(', ') || '-';
      throw new GiroError('USAGE', `no turnstile is called "${id}"; known: ${known}`);
    }
    const stop = wires.of(id).watch(onEvent);
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
    });
    stop();
    return {};
  }

  async #hold(request: Extract<ControlRequest, { command: 'pause' | 'resume' }>): Promise<QueueResult> {
    const { dispatcher } = this.#parts;
    const { id } = this.#active(request.webhook);
    const pending = await this.#pending(id);
    if (request.dryRun) return { pending };
    if (request.command === 'pause') await dispatcher.pause(id);
    else await dispatcher.resume(id, request.now);
    return { pending };
  }

  async #pending(webhook: string): Promise<number> {
    const { lanes } = await this.#parts.journal.queues();
    return lanes.reduce((sum, lane) => (lane.webhook === webhook ? sum + lane.pending : sum), 0);
  }

  async #test({
    webhook,
    dryRun,
  }: Extract<ControlRequest, { command: 'test' }>): Promise<ControlResults['test']> {
    const { configuration, clock, dispatcher, outbox } = this.#parts;
    const { id, units: wanted } = this.#active(webhook);
    const { agent, units } = configuration();
    const unit = units.find((each) => wanted?.includes(each.id) ?? true);
    if (unit === undefined) throw new GiroError('USAGE', 'the configuration has no unit');
    if (dispatcher.endpoints().some((state) => state.webhook === id && state.pausedAtMs !== undefined)) {
      throw new GiroError('WEBHOOK_PAUSED', id);
    }
    const pending = await this.#pending(id);
    if (dryRun) return { pending };
    const event = testEvent({ agent: agent.name, unit, webhook: id, nowMs: clock.now() });
    const { deliveries } = await outbox.accept({ events: [event] });
    await dispatcher.resume(id); // a wait that is running would only be waited out
    return { pending, queued: { id: event.id, sequence: deliveries[0]?.sequence ?? 0 } };
  }
}

/** What was acted on, without the person that a filter may name. */
function subjectOf(request: ControlRequest): string {
  if ('webhook' in request) return request.webhook;
  if (!('filter' in request)) return '';
  const { webhook, id, firstSequence, lastSequence, turnstile, unit, states } = request.filter;
  const sequences =
    firstSequence === lastSequence ? firstSequence : `${firstSequence ?? ''}-${lastSequence ?? ''}`;
  const parts = [
    webhook,
    sequences === undefined ? undefined : `#${sequences}`,
    id,
    turnstile,
    unit,
    states?.join(','),
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}

function outcomeOf(result: ControlResults[ControlRequest['command']]): string {
  if ('mistakes' in result) return 'CONFIG_INVALID';
  return 'total' in result ? `ok ${result.total}` : 'ok';
}
