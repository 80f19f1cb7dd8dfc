import type { Configuration } from '../../config/configuration.ts';
import type { Clock } from '../../drivers/clock.ts';
import type { Logger } from '../../drivers/log.ts';
import type { Identity } from '../accesses/identity.ts';
import type { Dispatcher } from '../delivery/dispatch.ts';
import type { Journal } from '../journal/journal.ts';
import type { AlarmChange, NewEvent } from '../journal/records.ts';
import { alarmEvent } from './body.ts';
import type { IdentityState, TurnstileSample } from './conditions.ts';
import { diskSpace } from './disk.ts';
import { noteRefusal } from './refusal-note.ts';
import type { Condition } from './registry.ts';
import { AlarmWatch } from './watch.ts';

interface Installation {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Logger;
  readonly journal: Journal;
  readonly dispatcher: Dispatcher;
  readonly identity: Identity;
  readonly others: (nowMs: number) => readonly Condition[];
  readonly turnstiles: () => readonly TurnstileSample[];
  readonly webhooksFor: (event: Pick<NewEvent, 'name' | 'unit'>) => readonly string[];
}

/** The watch over a whole installation; not started yet. */
export function watchInstallation(installation: Installation): AlarmWatch {
  const { configuration, clock, log, journal, dispatcher, turnstiles } = installation;
  const { data } = configuration.agent;
  return new AlarmWatch({
    journal,
    open: journal.state.alarms,
    identity: stateOf(installation.identity, journal),
    clock,
    log,
    turnstiles,
    others: installation.others,
    webhooks: () => dispatcher.health(),
    space: () => diskSpace(data),
    noteRefusal: (isRefused) => noteRefusal(data, isRefused),
    eventsOf: (change, nowMs) => eventsOf(change, installation, nowMs),
    onAccepted: (deliveries) => dispatcher.offer(deliveries),
  });
}

function stateOf({ found }: Identity, { state }: Journal): IdentityState {
  const wasUsed = state.turnstiles.length > 0;
  if (found === 'replaced' || (found === 'new' && wasUsed)) return 'lost';
  return found === 'restored' ? 'restored' : 'whole';
}

/** An alarm belongs to the unit of its turnstile, every other to the first; none is told where there is no unit. */
function eventsOf(change: AlarmChange, installation: Installation, nowMs: number): NewEvent[] {
  const { configuration, identity, webhooksFor } = installation;
  const { units, turnstiles, agent } = configuration;
  const home = turnstiles.find(({ id }) => id === change.alarm.turnstile)?.unit;
  const unit = units.find(({ id }) => id === home) ?? units[0];
  if (unit === undefined) return [];
  const context = { agent: agent.name, language: agent.language, unit, identity };
  const event = alarmEvent(change, context, nowMs);
  return [{ ...event, webhooks: webhooksFor(event) }];
}
