import type { Command } from 'commander';
import type { Language } from '../../drivers/base/language.ts';
import type { PortHolder, PortHolders, SerialPortInfo } from '../../drivers/links/serial-ports.ts';
import type { DescribeCommand } from './command.ts';

interface PortsOptions {
  readonly json?: boolean;
}

/** What `ports --json` prints of each port. */
interface Port extends SerialPortInfo {
  /** For `turnstiles[].connect`; the baud rate is a guess. */
  readonly connect: string;
  /** Programs that have it open, as far as this user may see. */
  readonly holders: readonly PortHolder[];
}

export const describePorts: DescribeCommand = (program: Command, language) => {
  program
    .command('ports [path...]')
    .alias('portas')
    .description(
      'serial ports: the name that stays the same, the maker of the adapter, who has it open; with paths only those',
    )
    .option('--json', 'prints {ports: [path, stablePath, vendor, usbId, connect, holders], unseen}')
    .addHelpText('after', '\nExamples:\n  giro ports\n  giro ports /dev/ttyUSB0')
    .action((paths: string[], options: PortsOptions) => ports(paths, options, language));
};

async function ports(paths: readonly string[], { json }: PortsOptions, language: Language): Promise<void> {
  const { findHolders } = await import('../../drivers/links/serial-ports.ts');
  const found = await list();
  const wanted =
    paths.length === 0
      ? found
      : paths.map((path) => found.find((port) => [port.path, port.stablePath].includes(path)) ?? { path });
  const { holders, unseen } = findHolders(wanted.map(({ path }) => path));
  const all = wanted.map((port) => ({
    ...port,
    connect: `serial://${port.stablePath ?? port.path}?baudRate=9600`,
    holders: holders.get(port.path) ?? [],
  }));
  if (json) console.log(JSON.stringify({ ports: all, unseen }));
  else if (all.length > 0) console.log(all.map((port) => portText(port, unseen, language)).join('\n\n'));
  if (unseen > 0) console.error(UNSEEN[language](unseen));
  if (all.length > 0) return;
  console.error(NO_PORTS[language]);
  process.exitCode = 1;
}

/** Linux tells by itself; elsewhere serialport knows how to ask. */
async function list(): Promise<readonly SerialPortInfo[]> {
  if (process.platform === 'linux') {
    const { listSerialPorts } = await import('../../drivers/links/serial-ports.ts');
    return listSerialPorts();
  }
  const { SerialPort } = await import('serialport');
  return (await SerialPort.list()).map(({ path, manufacturer, vendorId, productId }) => ({
    path,
    ...(manufacturer !== undefined && { vendor: manufacturer }),
    ...(vendorId !== undefined && productId !== undefined && { usbId: `${vendorId}:${productId}` }),
  }));
}

function portText(port: Port, unseen: PortHolders['unseen'], language: Language): string {
  const { path, stablePath, vendor, usbId, connect, holders } = port;
  const words = WORDS[language];
  const use = holders.map(({ pid, program }) => `${program} (${pid})`).join(', ');
  const state = use === '' ? (unseen > 0 ? words.perhapsFree : words.free) : words.heldBy(use);
  return [
    [path, vendor ?? words.onBoard, ...(usbId === undefined ? [] : [`USB ${usbId}`]), state].join('  '),
    ...(stablePath === undefined ? [] : [`  ${stablePath}`]),
    `  connect: ${connect}`,
  ].join('\n');
}

const WORDS = {
  en: {
    onBoard: '-',
    free: 'free',
    perhapsFree: 'no user that can be seen',
    heldBy: (use: string) => `in use by ${use}`,
  },
  'pt-BR': {
    onBoard: '-',
    free: 'livre',
    perhapsFree: 'sem uso que se possa ver',
    heldBy: (use: string) => `em uso por ${use}`,
  },
} as const satisfies Record<Language, unknown>;

const UNSEEN: Record<Language, (unseen: number) => string> = {
  en: (unseen) =>
    `${unseen} processes of other users could not be looked into: with sudo this shows every program`,
  'pt-BR': (unseen) =>
    `não foi possível examinar ${unseen} processos de outros usuários: com sudo aparecem todos os programas`,
};

const NO_PORTS: Record<Language, string> = {
  en: 'no serial port found: plug the adapter in and try again (dmesg tells whether the system knows it)',
  'pt-BR':
    'nenhuma porta serial encontrada: conecte o adaptador e tente de novo (dmesg mostra se o sistema o conhece)',
};
