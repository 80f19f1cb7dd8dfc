import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlPath } from '../../../agent/control/protocol.ts';
import { freePort } from '../../e2e/gym.ts';
import type { Hostile } from '../hostile-child.ts';
import { Part } from '../part.ts';
import type { Random } from '../random.ts';
import type { Run, Scenario } from '../scenario.ts';
import type { Tally } from '../tally.ts';
import { megabytes, RssWatch } from '../vitals.ts';

const SECONDS = { short: 8, full: 120 } as const;
const EVENTS_PER_SECOND = 50;
/** The goal is 200 MB; in the short form, which shares its machine with other tests, only a flood that is kept reaches the limit. */
const LARGEST_RSS_BYTES = { short: 260e6, full: 200e6 } as const;
/** Warnings and errors: some for each of the hostile, however long they go on. */
const LOG_LINES = { short: 60, full: 120 } as const;
const DRIVERS = ['lines', 'henry', 'toletus-litenet2'] as const;
const IDLE_CALLERS = 50;

export const hostile: Scenario = {
  name: 'hostile',
  what: 'devices send noise, receivers answer garbage, endlessly or never, and panel and control socket are flooded',
  run,
};

async function run({ random, scale, open, note }: Run): Promise<Tally> {
  await using world = new Part<Hostile>('./hostile-child.ts');
  await world.ask('seed', { seed: random.between(1, 1e9) });
  const devices = await world.ask('devices', { count: DRIVERS.length });
  const receivers = [...(await world.ask('receivers', undefined)).values()];
  const panelPort = await freePort();
  await using site = await open({
    panel: `127.0.0.1:${panelPort}`,
    turnstile: DRIVERS.map((driver, index) => turnstile(driver, devices[index] ?? 0)).join(''),
    webhooks: receivers.map(webhook).join(''),
  });
  const gateway = await site.start();
  await world.ask('callers', { port: panelPort });
  using rss = new RssWatch(gateway.child.pid ?? 0);
  await site.source.ask('rate', { perSecond: EVENTS_PER_SECOND });
  await floodControl(controlPath(site.data), random);
  await gateway.whileRunning(sleep(SECONDS[scale] * 1_000));
  const tally = await site.settle(gateway);

  const lines = gateway.stdout.length + gateway.stderr.length;
  note(`memory up to ${megabytes(rss.highestBytes)}, ${lines} lines of log`);
  assert.ok(rss.highestBytes < LARGEST_RSS_BYTES[scale], `memory: ${megabytes(rss.highestBytes)}`);
  assert.ok(lines < LOG_LINES[scale], `log: ${lines} lines\n${gateway.stderr.slice(-20).join('\n')}`);
  return tally;
}

function turnstile(driver: string, port: number): string {
  const options = driver === 'lines' ? "{ pattern: '^(?<record>\\d{20})$' }" : '{}';
  return `  - { id: ruido-${driver}, unit: centro, driver: ${driver}, connect: 'tcp://127.0.0.1:${port}', options: ${options} }
`;
}

function webhook(port: number, index: number): string {
  return `  - id: hostil-${index + 1}
    url: http://127.0.0.1:${port}/
    secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
    allow: [http, loopback]
`;
}

/** Callers that say nothing, one that never ends its request, and some that say nonsense. */
async function floodControl(path: string, random: Random): Promise<void> {
  const callers = Array.from({ length: IDLE_CALLERS }, () => connect(path));
  const nonsense = [
    Buffer.alloc(10_000_000, 'a'),
    random.bytes(1_000),
    Buffer.from('{"version":\xff}\n', 'latin1'),
  ];
  for (const bytes of nonsense) {
    const caller = connect(path);
    callers.push(caller);
    caller.write(bytes);
  }
  for (const caller of callers) caller.on('error', () => {}).on('data', () => {});
  await sleep(1_000);
  for (const caller of callers) caller.destroy();
}
