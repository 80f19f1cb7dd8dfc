import type { Installation } from '../../delivery/installation.ts';
import type { AlarmChange } from '../../events/alarm.ts';
import type { NewEvent } from '../../events/event.ts';
import { alarmEvent } from '../../events/own-body.ts';
import type { IdentityState } from './conditions.ts';
import { diskSpace } from './disk.ts';
import { noteRefusal } from './refusal-note.ts';
import { AlarmWatch } from './watch.ts';

/** The watch over a whole installation; not started yet. */
export function watchInstallation(installation: Installation): AlarmWatch {
  const { configuration, clock, log, journal, outbox, dispatcher } = installation;
  const { data } = configuration().agent;
  return new AlarmWatch({
    journal,
    outbox,
    open: journal.state.alarms,
    identity: stateOf(installation),
    clock,
    log,
    webhooks: () => dispatcher.health(),
    space: () => diskSpace(data),
    noteRefusal: (isRefused) => noteRefusal(data, isRefused),
    eventsOf: (change, nowMs) => eventsOf(change, installation, nowMs),
  });
}

function stateOf({ identity, journal }: Installation): IdentityState {
  const { found } = identity;
  const wasUsed = journal.state.turnstiles.length > 0;
  if (found === 'replaced' || (found === 'new' && wasUsed)) return 'lost';
  return found === 'restored' ? 'restored' : 'whole';
}

/** An alarm belongs to the unit of its turnstile, every other to the first; none is told where there is no unit. */
function eventsOf(change: AlarmChange, installation: Installation, nowMs: number): NewEvent[] {
  const { configuration, identity, outbox } = installation;
  const { units, turnstiles, agent } = configuration();
  const home = turnstiles.find(({ id }) => id === change.alarm.turnstile)?.unit;
  const unit = units.find(({ id }) => id === home) ?? units[0];
  if (unit === undefined) return [];
  const context = { agent: agent.name, language: agent.language, unit, identity };
  const event = alarmEvent(change, context, nowMs);
  return [{ ...event, webhooks: outbox.wanting(event) }];
}
