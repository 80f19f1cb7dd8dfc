// npm run chaos: breaks what can break, on real processes, and prints what became of the events. See --help.
import { parseArgs } from 'node:util';
import type { Program } from '../e2e/processes.ts';
import { buildGateway } from './program.ts';
import { runScenario, type Scale, type Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { faultsOf, NOTHING, type Tally } from './tally.ts';

const HELP = `npm run chaos -- [--seed N] [--only NAME,NAME] [--short]

  --seed N     repeats the choices of an earlier run (its first line names the seed)
  --only ...   some of: ${SCENARIOS.map(({ name }) => name).join(', ')}
  --short      what npm test runs, instead of the long form

Example: npm run chaos -- --only kill --seed 7`;

interface Row {
  readonly scenario: Scenario;
  readonly tally: Tally;
  readonly seconds: number;
  readonly faults: readonly string[];
  readonly skipped?: string;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(HELP);
else await main(Number(values.seed ?? Date.now() % 1_000_000), values.short ? 'short' : 'full', values.only);

async function main(seed: number, scale: Scale, only: string | undefined): Promise<void> {
  const names = only?.split(',') ?? SCENARIOS.map(({ name }) => name);
  const unknown = names.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0 || !Number.isSafeInteger(seed)) {
    console.error(HELP);
    process.exitCode = 64;
    return;
  }
  console.log(`seed ${seed} (repeat with --seed ${seed}${scale === 'short' ? ' --short' : ''})`);
  using built = await buildGateway();
  const { program } = built;
  const rows: Row[] = [];
  for (const scenario of SCENARIOS) {
    if (names.includes(scenario.name)) rows.push(await runOne(scenario, { seed, scale, program }));
  }
  console.log(`\n${table(rows)}`);
  const failed = rows.filter(({ faults }) => faults.length > 0);
  for (const { scenario, faults } of failed) console.log(`FAILED ${scenario.name}: ${faults.join('; ')}`);
  for (const { scenario, skipped } of rows) if (skipped) console.log(`SKIPPED ${scenario.name}: ${skipped}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

async function runOne(
  scenario: Scenario,
  { seed, scale, program }: { seed: number; scale: Scale; program: Program },
): Promise<Row> {
  console.log(`\n${scenario.name}: ${scenario.what}`);
  const skipped = scenario.missing?.();
  if (skipped !== undefined) return { scenario, tally: NOTHING, seconds: 0, faults: [], skipped };
  const startedAt = performance.now();
  const note = (text: string): void => console.log(`  ${text}`);
  let tally = NOTHING;
  let faults: string[];
  try {
    tally = await runScenario(scenario, seed, { scale, note, program });
    faults = faultsOf(tally);
  } catch (error) {
    faults = [error instanceof Error ? error.message : String(error)];
  }
  return { scenario, tally, seconds: (performance.now() - startedAt) / 1000, faults };
}

function table(rows: readonly Row[]): string {
  const head = [
    'scenario',
    'accepted',
    'delivered',
    'lost',
    'same id',
    'other id',
    'changed',
    'inversions',
    's',
  ];
  const lines = rows.map(({ scenario, tally, seconds, skipped }) => [
    scenario.name,
    ...(skipped === undefined ? numbersOf(tally) : Array(7).fill('-')),
    seconds.toFixed(0),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  return [head, ...lines]
    .map((cells) =>
      cells
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

function numbersOf(tally: Tally): string[] {
  const { accepted, delivered, lost, doubledSameId, doubledOtherId, changedBytes, inversions } = tally;
  return [accepted, delivered, lost, doubledSameId, doubledOtherId, changedBytes, inversions].map(String);
}
