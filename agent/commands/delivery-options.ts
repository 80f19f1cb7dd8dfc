import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DeliveryFilter, DeliveryState } from '../journal/selection.ts';
import { momentOption } from './options.ts';

/** The options by which commands choose deliveries. */
export interface SelectionOptions {
  readonly id?: string;
  readonly webhook?: string;
  readonly turnstile?: string;
  readonly unit?: string;
  readonly person?: string;
  readonly since?: number;
  readonly until?: number;
  readonly sequence?: readonly [first: number, last: number];
  readonly state?: DeliveryState;
}

/** Adds the options; `states` are those that `--state` may name, none for a command that has one state only. */
export function selectionOptions(command: Command, states: readonly DeliveryState[]): Command {
  command
    .option('--id <uuid>', 'one event, for each webhook that gets it', uuidOption)
    .option('--webhook <id>', 'of one webhook')
    .option('--turnstile <id>', 'of one turnstile')
    .option('--unit <id>', 'of one unit')
    .option('--person <number>', 'of one person, by the number that the webhook gets as idExterno')
    .option(
      '--since <time>',
      'delivered, parked or discarded (or, pending: recorded) from this moment on: 2026-11-24, 2026-11-24T18:00:00-03:00, 90min, 24h, 7d',
      momentOption,
    )
    .option('--until <time>', 'before this moment, in the same forms', momentOption)
    .option('--sequence <range>', 'sequencia, such as 120 or 100-250 (with --webhook)', rangeOption);
  if (states.length > 0) command.addOption(new Option('--state <state>', 'in one state').choices(states));
  return command;
}

export function filterOf(options: SelectionOptions): DeliveryFilter {
  const { id, webhook, turnstile, unit, person, since, until, sequence, state } = options;
  return {
    id,
    webhook,
    turnstile,
    unit,
    person,
    sinceMs: since,
    untilMs: until,
    firstSequence: sequence?.[0],
    lastSequence: sequence?.[1],
    states: state === undefined ? undefined : [state],
  };
}

function uuidOption(text: string): string {
  const id = text.toLowerCase();
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw new InvalidArgumentError('expected the id of an event, a UUID');
  }
  return id;
}

function rangeOption(text: string): [number, number] {
  const range = /^([1-9]\d{0,14})(?:-([1-9]\d{0,14}))?$/.exec(text);
  const first = Number(range?.[1]);
  const last = Number(range?.[2] ?? range?.[1]);
  if (range === null || first > last) throw new InvalidArgumentError('expected 120 or 100-250');
  return [first, last];
}
