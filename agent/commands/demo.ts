import type { Configuration } from '../../config/configuration.ts';
import { systemClock } from '../../drivers/base/clock.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import { runSimulator } from '../../drivers/contract/simulator.ts';
import { createLinkSource } from '../../drivers/links/open.ts';
import { createLog } from '../base/log.ts';
import { bringPeople } from './people.ts';
import { type Received, Receiver } from './receiver.ts';

/** Mean time between two people at one turnstile, and between the steps of one passage. */
const EVERY_MS = 4_000;
const PACE_MS = 400;
/** Longer than a passage takes: whoever is passing when the demo ends still turns the arm. */
const GRACE_MS = 3_000;
/** The first person does not keep whoever just typed `npm start` waiting. */
const FIRST_PACE_MS = 50;

export interface Demo {
  /** The first people come. */
  begin(): void;
  /** Nobody new comes; whoever is passing is done. */
  stopPeople(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The other ends of `config/demo.yaml`: a simulated controller behind each turnstile, and a receiver behind the
 * webhook that verifies each notification and prints its line.
 * @throws {GiroError} PORT_BUSY when a port of the demo is taken.
 */
export async function startDemo(
  configuration: Configuration,
  lineOf: (received: Received) => string,
): Promise<Demo> {
  const receiver = await startReceiver(configuration, lineOf);
  const stopping = new AbortController();
  const leaving = new AbortController();
  const log = await createLog({ level: 'silent' });
  const simulators = configuration.turnstiles.map(({ driver, address }) => {
    if (address.kind !== 'tcp') throw new TypeError('the turnstiles of the demo are reached over tcp');
    const source = createLinkSource({ ...address, kind: 'tcp-listen' }, { clock: systemClock, log });
    const simulator = driver.simulate({ clock: systemClock, log, settings: {} });
    const { promise: connected, resolve: onConnected } = Promise.withResolvers<void>();
    const context = { clock: systemClock, log, signal: stopping.signal, onConnected };
    return { simulator, connected, running: runSimulator(simulator, source, context) };
  });
  let people: Promise<unknown> = Promise.resolve();
  return {
    begin() {
      people = Promise.all(
        simulators.map(async ({ simulator, connected, running }) => {
          await Promise.race([connected, running]);
          const people = { random: Math.random, clock: systemClock, graceMs: GRACE_MS, onPlayed: () => {} };
          const first = { ...people, everyMs: 0, paceMs: FIRST_PACE_MS, count: 1 };
          await bringPeople(simulator, first, leaving.signal);
          await bringPeople(simulator, { ...people, everyMs: EVERY_MS, paceMs: PACE_MS }, leaving.signal);
        }),
      );
    },
    async stopPeople() {
      leaving.abort();
      await people;
    },
    async close() {
      stopping.abort();
      await Promise.all(simulators.map(({ running }) => running));
      await receiver.close();
    },
  };
}

async function startReceiver(
  { webhooks }: Configuration,
  lineOf: (received: Received) => string,
): Promise<Receiver> {
  const [webhook] = webhooks;
  if (webhook === undefined) throw new TypeError('the demo has one webhook');
  const port = Number(webhook.url.port);
  const receiver = new Receiver({
    host: webhook.url.hostname,
    port,
    secret: webhook.keys[0]?.text ?? '',
    status: 200,
    delayMs: 0,
    onReceived: (received) => console.log(lineOf(received)),
    onRefused: (why) => console.error(`refused: ${why}`),
  });
  try {
    await receiver.listen();
  } catch (cause) {
    throw new GiroError('PORT_BUSY', `port ${port}, the demo’s receiver`, { cause });
  }
  return receiver;
}
