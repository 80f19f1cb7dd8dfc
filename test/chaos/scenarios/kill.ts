import { setTimeout as sleep } from 'node:timers/promises';
import { DOWN, FAILING, WELL } from '../behaviour.ts';
import type { Run, Scenario } from '../scenario.ts';
import { Site } from '../site.ts';
import type { Tally } from '../tally.ts';

const ROUNDS = { short: 20, full: 200 } as const;
const EVENTS_PER_SECOND = 200;
/** Share of rounds that end within the start. */
const EARLY = 0.2;
const LONGEST_START_MS = 1_000;
/** From the moment at which it serves every controller. */
const LONGEST_SERVICE_MS = 1_500;

export const kill: Scenario = {
  name: 'kill',
  what: `kill -9 at random moments at ${EVENTS_PER_SECOND} events/s; the receiver is up, down or answers 500 to 20 %`,
  run,
};

async function run({ random, scale, note }: Run): Promise<Tally> {
  await using site = await Site.open({ seed: random.between(1, 1e9) });
  await site.source.ask('rate', { perSecond: EVENTS_PER_SECOND });
  let early = 0;
  for (let round = 1; round <= ROUNDS[scale]; round += 1) {
    await site.behave(random.pick([WELL, WELL, DOWN, FAILING]));
    if (random.next() < EARLY) {
      early += 1;
      const gateway = site.launch();
      await sleep(random.between(0, LONGEST_START_MS));
      await gateway.end('SIGKILL');
    } else {
      const gateway = await site.start();
      await sleep(random.between(0, LONGEST_SERVICE_MS));
      await gateway.end('SIGKILL');
    }
  }
  note(`${ROUNDS[scale]} kills, ${early} of them within the start`);
  return await site.settle(await site.start());
}
