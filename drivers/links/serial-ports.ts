import { type Dirent, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** A serial port of this machine. */
export interface SerialPortInfo {
  /** `/dev/ttyUSB0`. */
  readonly path: string;
  /** A name that stays the same wherever the adapter is plugged in (`/dev/serial/by-id/...`), where there is one. */
  readonly stablePath?: string;
  /** Maker and product, as a USB adapter gives them. */
  readonly vendor?: string;
  /** `0403:6001`. */
  readonly usbId?: string;
}

/** Where Linux tells of its devices; a test has trees of its own. */
export interface DeviceTrees {
  readonly sys: string;
  readonly dev: string;
}

/** A UART of the main board that is not there has this type. */
const NO_UART = '0';

/** The serial ports of a Linux machine with hardware behind them, by name. */
export function listSerialPorts({ sys, dev }: DeviceTrees = { sys: '/sys', dev: '/dev' }): SerialPortInfo[] {
  const stable = stablePaths(dev);
  return entries(join(sys, 'class/tty'))
    .map(({ name }) => name)
    .filter((name) => hasHardware(join(sys, 'class/tty', name)))
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .map((name) => {
      const path = join(dev, name);
      const stablePath = stable.get(path);
      return {
        path,
        ...(stablePath !== undefined && { stablePath }),
        ...adapter(join(sys, 'class/tty', name)),
      };
    });
}

/** The virtual consoles have no device behind them; of the main board's UARTs the kernel always lists four. */
function hasHardware(folder: string): boolean {
  if (entries(folder).every(({ name }) => name !== 'device')) return false;
  return text(join(folder, 'type')) !== NO_UART;
}

/** What the USB device above the port says of itself; nothing for a port of the main board. */
function adapter(folder: string): Pick<SerialPortInfo, 'vendor' | 'usbId'> {
  let at = resolved(join(folder, 'device'));
  for (let level = 0; at !== undefined && level < 4; level += 1) {
    const [vendorId, productId] = [text(join(at, 'idVendor')), text(join(at, 'idProduct'))];
    if (vendorId !== undefined && productId !== undefined) {
      const vendor = [text(join(at, 'manufacturer')), text(join(at, 'product'))].filter(Boolean).join(' ');
      return { usbId: `${vendorId}:${productId}`, ...(vendor !== '' && { vendor }) };
    }
    at = resolved(join(at, '..'));
  }
  return {};
}

function stablePaths(dev: string): Map<string, string> {
  const folder = join(dev, 'serial/by-id');
  return new Map(
    entries(folder).flatMap(({ name }) => {
      const stablePath = join(folder, name);
      const path = resolved(stablePath);
      return path === undefined ? [] : [[path, stablePath] as const];
    }),
  );
}

export interface PortHolder {
  readonly pid: number;
  /** Name of the program. */
  readonly program: string;
}

export interface PortHolders {
  /** By path, as given. */
  readonly holders: ReadonlyMap<string, readonly PortHolder[]>;
  /** Processes of other users, whose open files this user may not see. */
  readonly unseen: number;
}

/** Who has these devices open on a Linux machine, whatever names they opened them by. */
export function findHolders(paths: readonly string[], proc = '/proc'): PortHolders {
  const wanted = new Map<string, { readonly path: string; readonly holders: PortHolder[] }>();
  for (const path of paths) wanted.set(resolved(path) ?? path, { path, holders: [] });
  let unseen = 0;
  for (const { name } of entries(proc)) {
    if (!/^\d+$/.test(name)) continue;
    const open = openFiles(join(proc, name, 'fd'));
    if (open === 'unseen') unseen += 1;
    else {
      for (const file of open) {
        const program = text(join(proc, name, 'comm')) ?? '';
        wanted.get(file)?.holders.push({ pid: Number(name), program });
      }
    }
  }
  return { holders: new Map([...wanted.values()].map(({ path, holders }) => [path, holders])), unseen };
}

function openFiles(folder: string): ReadonlySet<string> | 'unseen' {
  try {
    return new Set(readdirSync(folder).flatMap((name) => link(join(folder, name)) ?? []));
  } catch (error) {
    const isForbidden = error instanceof Error && 'code' in error && error.code === 'EACCES';
    return isForbidden ? 'unseen' : new Set(); // else it has ended meanwhile
  }
}

/** Nothing where a folder is not there. */
function entries(folder: string): Dirent[] {
  return attempt(() => readdirSync(folder, { withFileTypes: true })) ?? [];
}

function text(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8').trim());
}

function link(path: string): string | undefined {
  return attempt(() => readlinkSync(path));
}

function resolved(path: string): string | undefined {
  return attempt(() => realpathSync(path));
}

/** These trees change while they are read: what is gone, or refused, tells nothing. */
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
