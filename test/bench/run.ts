// `npm run bench`: Giro and its peers on the same machine in the same run; medians, ratios and goals in one table.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figure, median } from './statistics.ts';
import { giro } from './systems/giro.ts';
import { nodeRed } from './systems/node-red.ts';
import { syslogNg } from './systems/syslog-ng.ts';
import type { System } from './systems/system.ts';
import { acknowledgedBurst, burst } from './workloads/burst.ts';
import { drain } from './workloads/drain.ts';
import { failingReceiver } from './workloads/failing-receiver.ts';
import { growth } from './workloads/growth.ts';
import { idle, idleWithBacklog } from './workloads/idle.ts';
import { latency } from './workloads/latency.ts';
import { panel } from './workloads/panel.ts';
import { slowReceiver } from './workloads/slow-receiver.ts';
import { startWithBacklog } from './workloads/start.ts';
import { tap } from './workloads/tap.ts';
import type { Figures, Workload } from './workloads/workload.ts';

const WORKLOADS: readonly Workload[] = [
  latency,
  burst,
  acknowledgedBurst,
  drain,
  ...slowReceiver,
  failingReceiver,
  idle,
  idleWithBacklog,
  startWithBacklog,
  tap,
  panel,
  growth,
];

const { values: options } = parseArgs({
  options: {
    /** Only workloads whose name contains this. */
    only: { type: 'string' },
    runs: { type: 'string', default: '3' },
    /** Share of each workload, for a quick look: its figures are no result. */
    scale: { type: 'string', default: '1' },
  },
});

const systems = await installed([giro, syslogNg, nodeRed]);
console.log(
  `${cpus()[0]?.model ?? 'cpu'} x ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`,
);
console.log(`node ${process.version}, ${systems.map(({ label }) => label).join(', ')}`);
console.log(
  `one request an event, medians of ${options.runs} runs${options.scale === '1' ? '' : `, scale ${options.scale}`}\n`,
);

let missed = 0;
for (const workload of WORKLOADS.filter(({ name }) => name.includes(options.only ?? ''))) {
  const medians: Record<string, Figures> = {};
  for (const { system } of systems) {
    if (workload.systems.includes(system.name)) medians[system.name] = await measure(workload, system);
  }
  print(workload, medians);
}
process.exitCode = missed === 0 ? 0 : 1;

async function installed(all: readonly System[]) {
  const found: { system: System; label: string }[] = [];
  for (const system of all) {
    const version = await system.version();
    if (version === undefined) console.error(`${system.name} is not installed: nothing is compared with it`);
    else found.push({ system, label: `${system.name} ${version}` });
  }
  return found;
}

async function measure(workload: Workload, system: System): Promise<Figures> {
  const runs: Figures[] = [];
  for (let run = 0; run < Number(options.runs); run += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'giro-bench-'));
    try {
      runs.push(await workload.run(system, folder, Number(options.scale)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const names = Object.keys(workload.figures);
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name] ?? Number.NaN))]));
}

function print({ name, figures, goals }: Workload, medians: Readonly<Record<string, Figures>>): void {
  const { giro: ours = {}, ...peers } = medians;
  console.log(name);
  for (const [key, unit] of Object.entries(figures)) {
    const all = Object.entries(medians).map(([system, of]) => {
      const value = of[key] ?? Number.NaN;
      const ratio = system === 'giro' ? '' : ` (giro is ${figure((ours[key] ?? Number.NaN) / value)} of it)`;
      return `${system} ${figure(value)}${unit === '' ? '' : ` ${unit}`}${unit === '' ? '' : ratio}`;
    });
    console.log(`  ${key.padEnd(11)}${all.join(' | ')}`);
  }
  for (const { text, met } of goals) {
    const isMet = met(ours, peers);
    if (!isMet) missed += 1;
    console.log(`  ${isMet ? 'met   ' : 'MISSED'} ${text}`);
  }
  console.log('');
}
