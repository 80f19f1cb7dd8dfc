import { networkInterfaces } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../drivers/base/clock.ts';
import type { GiroError } from '../../drivers/base/errors.ts';
import type { Language, Text } from '../../drivers/base/language.ts';
import { formatAddress } from '../../drivers/links/address.ts';
import { drivers } from '../../drivers/registry.ts';
import type { DescribeCommand } from './command.ts';
import type { Found, Target } from './discover/find.ts';
import { hostCount, type Network, networksOf, networkText, parseNetwork } from './discover/networks.ts';
import type { Suspected } from './discover/scan.ts';
import { progressBar } from './terminal.ts';

interface DiscoverOptions {
  readonly ask?: readonly Target[];
  readonly scan?: true | Network;
  readonly json?: boolean;
}

/** What `discover --json` prints of each device. */
interface Discovered {
  readonly driver: string;
  /** For `turnstiles[].connect`. */
  readonly connect: string;
  /** False: something takes connections on the driver's port; whether it is such a controller is not known. */
  readonly answered: boolean;
  readonly model?: string;
  readonly deviceId?: string;
  readonly serial?: string;
  readonly firmware?: string;
  /** Who holds its one session: an address, or `free`. */
  readonly session?: string;
  readonly options?: Readonly<Record<string, string | number>>;
}

export const describeDiscover: DescribeCommand = (program: Command, language) => {
  program
    .command('discover')
    .alias('descobrir')
    .description('finds controllers on the local networks, and prints blocks for giro.yaml')
    .option(
      '--ask <address>',
      'asks this address (HOST or HOST:PORT) instead of everybody; repeatable',
      targetOption,
    )
    .option(
      '--scan [network]',
      'also connects to the usual ports of every address, of the local networks or of one such as 192.168.0.0/24 (/22 at most). A controller that serves one program may cut the one that is connected: not while people pass',
      networkOption,
    )
    .option(
      '--json',
      'prints a JSON array: driver, connect, answered, model, deviceId, serial, firmware, session, options',
    )
    .addHelpText('after', '\nExamples:\n  giro discover\n  giro discover --scan 192.168.0.0/24')
    .action((options: DiscoverOptions) => discover(options, language));
};

async function discover({ ask, scan, json }: DiscoverOptions, language: Language): Promise<void> {
  const { signal } = new AbortController(); // Ctrl-C ends the process, which leaves nothing behind
  const networks = networksOf(networkInterfaces());
  const [{ findDevices }, { createLog }] = await Promise.all([
    import('./discover/find.ts'),
    import('../base/log.ts'),
  ]);
  const toScan = scan === undefined ? [] : await scannable(scan, networks, language);
  const log = await createLog({ level: process.env.GIRO_LOG ?? 'warn' });
  const common = { drivers, clock: systemClock, log, signal };
  if (ask === undefined) console.error(ASKING[language](networks));
  const onFailure = ({ message }: GiroError): void => console.error(message);
  const found = await findDevices({ ...common, networks, ...(ask && { targets: ask }), onFailure });
  const suspected = await scanAll(toScan, networks, found, signal, language);
  const devices = [...found.map(described), ...suspected.map(suspectedAt)];
  if (json) console.log(JSON.stringify(devices));
  else if (devices.length > 0) console.log(text(devices, language));
  if (devices.length > 0) return;
  console.error(NOTHING[scan === undefined ? 'asked' : 'scanned'][language]);
  process.exitCode = 1;
}

/** A network that was named must not be too large; of this machine's those that are, such as Docker's, are left out. */
async function scannable(
  wanted: true | Network,
  networks: readonly Network[],
  language: Language,
): Promise<readonly Network[]> {
  const { checkSize, isTooLarge } = await import('./discover/scan.ts');
  if (wanted !== true) {
    checkSize(wanted);
    return [wanted];
  }
  for (const network of networks.filter(isTooLarge)) console.error(TOO_LARGE[language](network));
  return networks.filter((network) => !isTooLarge(network));
}

async function scanAll(
  wanted: readonly Network[],
  networks: readonly Network[],
  found: readonly Found[],
  signal: AbortSignal,
  language: Language,
): Promise<Suspected[]> {
  const { scan, scanSize } = await import('./discover/scan.ts');
  const except = new Set([
    ...found.map(({ address }) => address.host),
    ...networks.map(({ address }) => address),
  ]);
  const suspected: Suspected[] = [];
  for (const network of wanted) {
    console.error(SCANNING[language](network));
    const onProgress = progressBar(scanSize({ drivers, network }));
    suspected.push(...(await scan({ drivers, network, except, clock: systemClock, signal, onProgress })));
  }
  return suspected;
}

function described({ driver, address, ...device }: Found): Discovered {
  return { driver: driver.name, connect: formatAddress(address), answered: true, ...device };
}

function suspectedAt({ driver, address }: Suspected): Discovered {
  return { driver: driver.name, connect: formatAddress(address), answered: false };
}

function text(devices: readonly Discovered[], language: Language): string {
  const words = WORDS[language];
  const lines = devices.flatMap(
    ({ connect, driver, answered, model, deviceId, serial, firmware, session }) => [
      `${connect}  ${answered ? (model ?? driver) : words.suspected(driver)}`,
      [
        ...(deviceId === undefined ? [] : [`id ${deviceId}`]),
        ...(serial === undefined ? [] : [`${words.serial} ${serial}`]),
        ...(firmware === undefined ? [] : [`firmware ${firmware}`]),
        ...(session === undefined ? [] : [session === 'free' ? words.free : words.heldBy(session)]),
      ]
        .join(', ')
        .replace(/^(?=.)/, '  '),
    ],
  );
  const blocks = devices.map(({ driver, connect, options = {} }, index) => {
    const entries = Object.entries(options).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
    return [
      `  - id: catraca-${index + 1}`,
      `    unit: ${words.unit}`,
      `    driver: ${driver}`,
      `    connect: ${connect}`,
      ...(entries.length === 0 ? [] : [`    options: { ${entries.join(', ')} }`]),
    ].join('\n');
  });
  return `${lines.filter((line) => line !== '').join('\n')}\n\n${words.paste}\n\nturnstiles:\n${blocks.join('\n')}`;
}

function targetOption(value: string, before: readonly Target[] = []): Target[] {
  const [, host = '', port] = /^([\d.]+)(?::(\d+))?$/.exec(value) ?? [];
  if (host === '' || parseNetwork(`${host}/32`) === undefined || Number(port ?? 1) > 65_535) {
    throw new InvalidArgumentError('expected an IPv4 address such as 192.168.0.50 or 192.168.0.50:7878');
  }
  return [...before, { host, ...(port !== undefined && { port: Number(port) }) }];
}

function networkOption(value: string): Network {
  const network = parseNetwork(value);
  if (network === undefined) throw new InvalidArgumentError('expected a network such as 192.168.0.0/24');
  return network;
}

const WORDS = {
  en: {
    serial: 'serial',
    free: 'free',
    heldBy: (session: string) => `in use by ${session}`,
    suspected: (driver: string) => `perhaps ${driver}: its port is open`,
    unit: 'centro # an id of units',
    paste: 'For giro.yaml:',
  },
  'pt-BR': {
    serial: 'série',
    free: 'livre',
    heldBy: (session: string) => `em uso por ${session}`,
    suspected: (driver: string) => `talvez ${driver}: a porta dele está aberta`,
    unit: 'centro # um id de units',
    paste: 'Para o giro.yaml:',
  },
} as const satisfies Record<Language, unknown>;

const ASKING: Record<Language, (networks: readonly Network[]) => string> = {
  en: (networks) => `asking on ${namesOf(networks) || 'no network: this machine has no IPv4 address'}`,
  'pt-BR': (networks) =>
    `perguntando em ${namesOf(networks) || 'nenhuma rede: este computador não tem endereço IPv4'}`,
};

const SCANNING: Record<Language, (network: Network) => string> = {
  en: (network) => `connecting to ${hostCount(network)} addresses of ${namesOf([network])}`,
  'pt-BR': (network) => `tentando conexão com ${hostCount(network)} endereços de ${namesOf([network])}`,
};

const TOO_LARGE: Record<Language, (network: Network) => string> = {
  en: (network) => `left out: ${networkText(network)} is larger than a /22; name a part of it with --scan`,
  'pt-BR': (network) =>
    `fora da busca: ${networkText(network)} é maior que /22; indique uma parte dela com --scan`,
};

function namesOf(networks: readonly Network[]): string {
  return networks.map(networkText).join(', ');
}

const NOTHING: Record<'asked' | 'scanned', Text> = {
  asked: {
    en: `no controller answered. Only ${discoverable()} answers such a question: for others use --scan, or read the
address on the controller itself. Same network? A firewall on this machine must let UDP answers in.`,
    'pt-BR': `nenhuma controladora respondeu. Só ${discoverable()} responde a essa pergunta: para as outras use --scan, ou veja
o endereço na própria controladora. Mesma rede? O firewall deste computador precisa deixar entrar respostas UDP.`,
  },
  scanned: {
    en: `nothing found. Is this machine on the network of the turnstiles (cable, switch, VLAN)? A controller that the gym's
software is connected to may refuse a second connection.`,
    'pt-BR': `nada encontrado. Este computador está na rede das catracas (cabo, switch, VLAN)? Uma controladora em que o
sistema da academia está conectado pode recusar uma segunda conexão.`,
  },
};

function discoverable(): string {
  return drivers
    .filter(({ discovery }) => discovery !== undefined)
    .map(({ name }) => name)
    .join(', ');
}
