import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

/** `short` is what `npm test` runs; `full` what `npm run chaos` does. */
export type Scale = 'short' | 'full';

/** What a scenario is given. */
export interface Run {
  readonly random: Random;
  readonly scale: Scale;
  /** Says what a person should read beside the table: a measure, what was found. */
  readonly note: (text: string) => void;
}

/** One way to break something. */
export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  /** What it does, in one line. */
  readonly what: string;
  /** What it needs and this machine does not give; it is skipped then, and said to be. */
  readonly missing?: () => string | undefined;
  /** Breaks it and counts; throws when something else went wrong than a count. */
  readonly run: (run: Run) => Promise<Tally>;
}
