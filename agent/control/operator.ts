import { setImmediate } from 'node:timers/promises';
import type { Configuration, Webhook } from '../../config/configuration.ts';
import type { Clock } from '../../drivers/clock.ts';
import { GiroError } from '../../drivers/errors.ts';
import type { Identity } from '../accesses/identity.ts';
import type { Dispatcher } from '../delivery/dispatch.ts';
import type { Journal } from '../journal/journal.ts';
import type { Action } from '../journal/operate.ts';
import type { DeliveryFilter, Scope } from '../journal/selection.ts';
import type { WireEvent, Wires } from '../watch/wire.ts';
import { forget } from './forget.ts';
import type { ActionResult, ControlRequest, ControlResults } from './protocol.ts';
import { testEvent } from './test-event.ts';

interface OperatorParts {
  readonly journal: Pick<Journal, 'accept' | 'scopes' | 'operate' | 'upkeep' | 'checkpoint'>;
  readonly identity: Identity;
  readonly dispatcher: Dispatcher;
  readonly configuration: Pick<Configuration, 'agent' | 'units' | 'webhooks' | 'turnstiles'>;
  readonly wires: Wires;
  readonly clock: Clock;
  /** So many deliveries were given up. */
  readonly onDiscarded?: (count: number) => void;
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
    const changesNothing = request.command === 'watch' || ('dryRun' in request && request.dryRun);
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
    if (command === 'discard' && !dryRun) this.#parts.onDiscarded?.(total);
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
    const active = configuration.webhooks.filter((webhook) => webhook.active).map(({ id }) => id);
    return scopes.filter(({ webhook }) => active.includes(webhook));
  }

  #active(id: string): Webhook {
    const { webhooks } = this.#parts.configuration;
    const webhook = webhooks.find((each) => each.id === id);
    if (webhook === undefined) {
      const known = webhooks.map((each) => each.id).join(', ') || '-';
      throw new GiroError('USAGE', `no webhook is called "${id}"; known: ${known}`);
    }
    if (!webhook.active) throw new GiroError('USAGE', `webhook "${id}" is INATIVA (active: false)`);
    return webhook;
  }

  async #watch(id: string, { onEvent, signal }: Asker): Promise<Record<string, never>> {
    const { configuration, wires } = this.#parts;
    if (!configuration.turnstiles.some((turnstile) => turnstile.id === id)) {
      const known = configuration.turnstiles.map((each) => each.id).join(', ') || '-';
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

  async #test({ id, units: wanted }: Webhook): Promise<ControlResults['test']> {
    const { configuration, clock, dispatcher, journal } = this.#parts;
    const { agent, units } = configuration;
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

/** What was acted on, without the person that a filter may name. */
function subjectOf(request: ControlRequest): string {
  if (request.command === 'forget' || request.command === 'watch') return '';
  if (!('filter' in request)) return request.webhook;
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
  return 'total' in result ? `ok ${result.total}` : 'ok';
}
