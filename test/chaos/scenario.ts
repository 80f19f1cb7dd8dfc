import type { Program } from '../e2e/processes.ts';
import { Random } from './random.ts';
import { Site, type SiteOptions } from './site.ts';
import type { Tally } from './tally.ts';

/** `short` is what `npm test` runs; `full` what `npm run chaos` does. */
export type Scale = 'short' | 'full';

/** What a scenario is given. */
export interface Run {
  readonly random: Random;
  readonly scale: Scale;
  /** Sets an installation up; the gateway is not started yet. */
  readonly open: (options?: SiteOptions) => Promise<Site>;
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

/** Runs one scenario; the same seed makes the same choices. */
export function runScenario(
  { run }: Scenario,
  seed: number,
  { program, ...rest }: Pick<Run, 'scale' | 'note'> & { readonly program: Program },
): Promise<Tally> {
  const random = new Random(seed);
  const open: Run['open'] = (options = {}) =>
    Site.open({ ...options, program, seed: random.between(1, 1e9) });
  return run({ ...rest, random, open });
}
