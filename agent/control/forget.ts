import { setImmediate } from 'node:timers/promises';
import type { Dispatcher } from '../delivery/dispatch.ts';
import type { Identity } from '../events/identity.ts';
import type { ForgetStep, Forgotten } from '../journal/forget.ts';
import type { Journal } from '../journal/journal.ts';
import type { ControlRequest, ForgetResult } from './protocol.ts';

interface ForgetParts {
  readonly journal: Pick<Journal, 'upkeep' | 'checkpoint'>;
  readonly dispatcher: Pick<Dispatcher, 'discard'>;
  readonly identity: Identity;
}

type Request = Extract<ControlRequest, { command: 'forget' }>;

/** Finds and removes what the journal holds of one person, in steps between which others are served. */
export async function forget(
  { journal, dispatcher, identity }: ForgetParts,
  { person, credential, pendingToo, dryRun }: Request,
  signal: AbortSignal,
): Promise<ForgetResult> {
  const persons = person === undefined ? [] : [person];
  const references = new Set(credential === undefined ? [] : [identity.reference(credential)]);
  const base = { do: 'forget', persons, raw: person ?? credential ?? '', pendingToo } as const;
  const walk = async (table: ForgetStep['table'], isDry: boolean): Promise<Forgotten[]> => {
    const steps: Forgotten[] = [];
    let after: ForgetStep['after'];
    do {
      const place: Pick<ForgetStep, 'after'> = after === undefined ? {} : { after };
      const step: Forgotten = await journal.upkeep({
        ...base,
        ...place,
        table,
        references: [...references],
        dryRun: isDry,
      });
      for (const { webhook, sequence } of step.dropped) dispatcher.discard(webhook, [sequence]);
      steps.push(step);
      after = step.next;
      await setImmediate();
    } while (after !== undefined && !signal.aborted);
    return steps;
  };
  // The cards of the person are known once all events of the person were seen.
  if (person !== undefined) {
    for (const step of await walk('events', true)) for (const found of step.references) references.add(found);
  }
  const events = await walk('events', dryRun);
  const [traces, lines] = [await walk('traces', dryRun), await walk('unrecognised', dryRun)];
  if (!dryRun) await journal.checkpoint(); // what was removed leaves the log of the file too
  const sum = (steps: readonly Forgotten[], count: (step: Forgotten) => number): number =>
    steps.reduce((total, step) => total + count(step), 0);
  return {
    events: sum(events, ({ rows }) => rows),
    pending: sum(events, ({ pending }) => pending),
    traces: sum(traces, ({ rows }) => rows),
    lines: sum(lines, ({ rows }) => rows),
    delivered: mergeCounts(events.map(({ delivered }) => delivered)),
  };
}

function mergeCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const [key, count] of all.flatMap((each) => Object.entries(each))) {
    merged[key] = (merged[key] ?? 0) + count;
  }
  return merged;
}
