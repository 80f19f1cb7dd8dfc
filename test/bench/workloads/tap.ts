import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { nowMs } from '../child.ts';
import { percentile } from '../statistics.ts';
import { startGateway } from '../systems/giro.ts';
import { freePorts } from '../systems/system.ts';
import type { Workload } from './workload.ts';

const PER_SECOND = 1000;

/** What a tap adds to each frame while the journal commits what it hears and a webhook is down. */
export const tap: Workload = {
  name: 'tap at 1,000 frames/s',
  figures: { direct: 'ms (p99)', tapped: 'ms (p99)', added: 'ms' },
  goals: [{ text: 'added p99 under 1 ms', met: ({ added = Number.NaN }) => added < 1 }],
  systems: ['giro'],
  async run(_system, folder, scale) {
    const count = Math.round(10_000 * scale);
    const device = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(device, 'listening');
    const devicePort = (device.address() as AddressInfo).port;
    const direct = percentile(await conversation(device, devicePort, count), 99);

    const [tapPort = 0, downPort = 0] = await freePorts(2);
    const gateway = await startGateway(configure(folder, devicePort, tapPort, downPort));
    try {
      await conversation(device, tapPort, PER_SECOND); // warms up
      const tapped = percentile(await conversation(device, tapPort, count), 99);
      return { direct, tapped, added: tapped - direct };
    } finally {
      await gateway[Symbol.asyncDispose]();
      device.close();
    }
  },
};

/** Sends lines from the device to a software client at `port`; how long each took, ms. */
async function conversation(
  device: ReturnType<typeof createServer>,
  port: number,
  count: number,
): Promise<number[]> {
  const arriving = once(device, 'connection') as Promise<[Socket]>;
  const software = connect({ port, host: '127.0.0.1', noDelay: true });
  const [controller] = await arriving;
  const sentAt = new Float64Array(count);
  const took: number[] = [];
  let rest = '';
  const all = new Promise<void>((resolve) => {
    software.on('data', (chunk: Buffer) => {
      const atMs = nowMs();
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) took.push(atMs - (sentAt[Number(/n(\d{8});/.exec(line)?.[1])] ?? Number.NaN));
      software.write('OK\n');
      if (took.length === count) resolve();
    });
  });
  const startedAtMs = nowMs();
  for (let index = 0; index < count; ) {
    const due = Math.floor(((nowMs() - startedAtMs) * PER_SECOND) / 1000) + 1;
    for (; index < Math.min(due, count); index += 1) {
      sentAt[index] = nowMs();
      controller.write(
        `${new Date().toISOString()};1;card;c0n${String(index).padStart(8, '0')};in;granted\n`,
      );
    }
    await setTimeout(1);
  }
  await all;
  const ended = once(controller, 'close');
  software.destroy();
  controller.destroy();
  await ended;
  return took;
}

function configure(folder: string, devicePort: number, tapPort: number, downPort: number): string {
  const path = join(folder, 'giro.yaml');
  writeFileSync(
    path,
    `agent: { name: bench, language: en, data: ./data }
units:
  - { id: centro, company: 1, timezone: America/Sao_Paulo }
turnstiles:
  - id: catraca-0
    unit: centro
    driver: lines
    connect: tcp://127.0.0.1:${devicePort}
    tap: tcp-listen://127.0.0.1:${tapPort}
    options:
      pattern: '^(?<time>[^;]+);(?<turnstile>\\d+);(?<kind>\\w+);(?<record>\\w+);(?<direction>\\w+);(?<result>\\w+)$'
      direction: { in: entrada }
      result: { granted: liberado }
webhooks:
  - id: crm
    url: http://127.0.0.1:${downPort}/giro
    secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
    allow: [http, loopback]
`,
  );
  return path;
}
