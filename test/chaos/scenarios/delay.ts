import type { Delay } from '../delay-child.ts';
import { Part } from '../part.ts';
import type { Run, Scenario } from '../scenario.ts';
import type { Tally } from '../tally.ts';

const DELAY_MS = 500;
const EVENTS = { short: 40, full: 400 } as const;

export const delay: Scenario = {
  name: 'delay',
  what: `every byte takes ${DELAY_MS} ms each way, to the turnstiles and to the webhook`,
  run,
};

async function run({ scale, open, note }: Run): Promise<Tally> {
  await using cables = new Part<Delay>('./delay-child.ts');
  const lay = (port: number): Promise<number> => cables.ask('lay', { port, delayMs: DELAY_MS });
  await using site = await open({
    dial: {
      source: async (port) => `tcp://127.0.0.1:${await lay(port)}`,
      receiver: async (port) => `http://127.0.0.1:${await lay(port)}/giro`,
    },
  });
  const startedAt = performance.now();
  const gateway = await site.start();
  await site.source.ask('burst', { count: EVENTS[scale] });
  const tally = await site.settle(gateway);
  note(
    `${EVENTS[scale]} events of four turnstiles in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
  );
  return tally;
}
