import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NameServer } from '../name-server-child.ts';
import { FAR, Network, type Side } from '../network.ts';
import { Part } from '../part.ts';
import { cannot } from '../privileges.ts';
import type { Run, Scenario } from '../scenario.ts';
import type { Tally } from '../tally.ts';

const LASTS_MS = { short: 2_000, full: 60_000 } as const;
const BETWEEN_MS = 1_000;
const EVENTS_PER_SECOND = 100;
const LOSS_PERCENT = 30;
const NAMES = { device: 'catraca.giro.test', webhook: 'crm.giro.test' } as const;

const FAULTS: readonly { readonly name: string; readonly to: (network: Network, side: Side) => void }[] = [
  { name: 'partition', to: (network, side) => network.unplug(side) },
  { name: `${LOSS_PERCENT} % loss`, to: (network, side) => network.lose(side, LOSS_PERCENT) },
  { name: 'black hole', to: (network, side) => network.lose(side, 100) },
];

export const network: Scenario = {
  name: 'network',
  what: `${FAULTS.map(({ name }) => name).join(', ')} and a name server that dies, on the side of the turnstiles and of the webhook`,
  missing: () =>
    cannot('unshare', '--net', 'ip', 'link', 'add', 'name', 'one', 'type', 'veth', 'peer', 'name', 'two') ??
    cannot('unshare', '--net', 'nft', 'add', 'table', 'inet', 'chaos'),
  run,
};

async function run({ scale, open, note }: Run): Promise<Tally> {
  using cables = new Network();
  await using names = new Part<NameServer>('./name-server-child.ts', cables.far);
  await names.ask('listen', {
    host: FAR.webhook,
    names: new Map([
      [NAMES.device, FAR.device],
      [NAMES.webhook, FAR.webhook],
    ]),
  });
  await using site = await open({
    within: { gateway: cables.near, source: cables.far, receiver: cables.far },
    sourceHost: FAR.device,
    receiverHost: FAR.webhook,
    dial: {
      source: async (port) => `tcp://${NAMES.device}:${port}`,
      receiver: async (port) => `http://${NAMES.webhook}:${port}/giro`,
    },
  });
  let gateway = await site.start();
  await site.source.ask('rate', { perSecond: EVENTS_PER_SECOND });
  for (const side of ['device', 'webhook'] as const) {
    for (const { name, to } of FAULTS) {
      const before = await site.accepted();
      to(cables, side);
      await sleep(LASTS_MS[scale]);
      const during = (await site.accepted()) - before;
      cables.repair();
      note(`${name} on the side of the ${side}: ${during} accepted meanwhile`);
      if (side === 'webhook') assert.ok(during > 0, 'the turnstiles go on');
      await gateway.whileRunning(site.source.ask('acknowledged', { count: before + during + 1 }));
      await sleep(BETWEEN_MS);
    }
  }

  await names.ask('die', { isDead: true });
  await gateway.end('SIGTERM');
  gateway = site.launch();
  await gateway.whileRunning(sleep(LASTS_MS[scale]));
  await names.ask('die', { isDead: false });
  await gateway.whileRunning(site.source.ask('connected', undefined));
  note('name server dead at the start: all connected once it was back');
  return await site.settle(gateway);
}
