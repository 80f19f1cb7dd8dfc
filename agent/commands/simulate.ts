import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Clock, systemClock } from '../../drivers/base/clock.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { SimulatedPassage } from '../../drivers/contract/passage.ts';
import { SCENARIOS, type Scenario } from '../../drivers/contract/scenario.ts';
import type { Simulator } from '../../drivers/contract/simulator.ts';
import { formatAddress, type LinkAddress, parseAddress } from '../../drivers/links/address.ts';
import { drivers, findDriver } from '../../drivers/registry.ts';
import type { DescribeCommand } from './command.ts';
import { integerOption } from './options.ts';

interface SimulateOptions {
  readonly at?: LinkAddress;
  readonly rate: number;
  readonly count?: number;
  readonly pace: number;
  readonly outcome?: SimulatedPassage['outcome'];
  readonly scenario?: Scenario;
  readonly set: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

export const describeSimulate: DescribeCommand = (program: Command, language) => {
  const names = drivers.map(({ name }) => name).join(', ');
  program
    .command('simulate <driver>')
    .description(`a controller that speaks the real wire from its own end (${names})`)
    .option(
      '--at <address>',
      'where the controller is: tcp-listen://127.0.0.1:3000 waits for the gateway, tcp://host:port dials it, serial:///dev/ttyUSB0',
      addressOption(language),
    )
    .option(
      '--rate <people>',
      'people per second; 0 for as fast as the controller takes them',
      rateOption,
      0.5,
    )
    .option('--count <people>', 'ends after so many', integerOption(1, 1_000_000_000))
    .option(
      '--pace <ms>',
      'time that a person takes between the steps of a passage',
      integerOption(0, 60_000),
      800,
    )
    .addOption(
      new Option('--outcome <outcome>', 'always this (default: mixed)').choices([
        'granted-passed',
        'denied',
        'gave-up',
      ]),
    )
    .addOption(
      new Option(
        '--scenario <scenario>',
        'how the controller behaves besides (see the driver’s README)',
      ).choices(SCENARIOS),
    )
    .option(
      '--set <name=value>',
      'a setting of the simulated controller (see the driver’s README); repeatable',
      settingOption,
      {},
    )
    .option('--json', 'prints one JSON object a passage: {outcome, card, direction, heard}')
    .addHelpText(
      'after',
      '\nExamples:\n  giro simulate henry --at tcp-listen://127.0.0.1:3000\n  giro simulate lines --at tcp://127.0.0.1:9001 --set ack=OK --rate 50 --count 1000',
    )
    .action(simulate);
};

async function simulate(name: string, options: SimulateOptions): Promise<void> {
  const driver = findDriver(name);
  if (driver === undefined) {
    throw new GiroError(
      'USAGE',
      `no driver is called "${name}"; known: ${drivers.map((known) => known.name).join(', ')}`,
    );
  }
  const [{ createLog }, { createLinkSource }, { runSimulator }, { bringPeople }] = await Promise.all([
    import('../base/log.ts'),
    import('../../drivers/links/open.ts'),
    import('../../drivers/contract/simulator.ts'),
    import('./people.ts'),
  ]);
  const clock: Clock = systemClock;
  const log = await createLog({ level: process.env.GIRO_LOG ?? 'warn' });
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort()).once('SIGTERM', () => stopping.abort());

  const address = options.at ?? { kind: 'tcp-listen', host: '127.0.0.1', port: driver.defaultPort ?? 9001 };
  const source = createLinkSource(address, { clock, log });
  const simulator = driver.simulate({
    clock,
    log,
    settings: options.set,
    ...(options.scenario && { scenario: options.scenario }),
  });
  await answerDiscovery(simulator, address, stopping.signal);
  console.error(`simulated ${name} at ${formatAddress(address)}; waiting for the gateway; Ctrl-C ends`);
  const { promise: connected, resolve: onConnected } = Promise.withResolvers<void>();
  const running = runSimulator(simulator, source, { clock, log, signal: stopping.signal, onConnected });

  await Promise.race([connected, running]);
  const totals = { reported: 0, unheard: 0 };
  await bringPeople(
    simulator,
    {
      everyMs: options.rate === 0 ? 0 : 1000 / options.rate,
      paceMs: options.pace,
      ...(options.count === undefined ? {} : { count: options.count }),
      ...(options.outcome === undefined ? {} : { outcome: options.outcome }),
      graceMs: 0,
      random: Math.random,
      clock,
      onPlayed: ({ outcome, card, direction }, heard) => {
        totals[heard] += 1;
        console.log(
          options.json
            ? JSON.stringify({ outcome, card, direction, heard })
            : `${outcome}  ${direction}  ${card}  ${heard}`,
        );
      },
    },
    stopping.signal,
  );
  console.error(`passages reported: ${totals.reported}, unheard: ${totals.unheard}`);
  stopping.abort();
  await running;
}

/** What answers a broadcast does so on the port that it takes connections on. */
async function answerDiscovery(
  simulator: Simulator,
  address: LinkAddress,
  signal: AbortSignal,
): Promise<void> {
  if (address.kind !== 'tcp-listen' || simulator.answerDatagram === undefined) return;
  const { answerDatagrams } = await import('../../drivers/links/udp.ts');
  await answerDatagrams(address, (datagram) => simulator.answerDatagram?.(datagram), signal);
}

function addressOption(language: 'en' | 'pt-BR'): (text: string) => LinkAddress {
  return (text) => {
    const parsed = parseAddress(text);
    if ('problem' in parsed) throw new InvalidArgumentError(parsed.problem[language]);
    return parsed.address;
  };
}

function rateOption(text: string): number {
  const rate = Number(text);
  if (!(rate >= 0 && rate <= 10_000)) throw new InvalidArgumentError('expected a number from 0 to 10000');
  return rate;
}

function settingOption(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [name, value] = text.split(/=(.*)/s);
  if (!name || value === undefined) throw new InvalidArgumentError('expected name=value');
  return { ...before, [name]: value };
}
