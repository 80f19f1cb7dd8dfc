import type { SerialPort } from 'serialport';
import type { Clock } from '../base/clock.ts';
import { type ErrorCode, GiroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { formatAddress, type SerialAddress } from './address.ts';
import type { Link, LinkSource } from './link.ts';
import { StreamLink } from './stream-link.ts';

/** serialport's open errors differ only in their text: `serialport_unix.cpp`, `serialport_win.cpp` and strerror. */
const OPEN_ERRORS: readonly (readonly [text: RegExp, code: ErrorCode, detail: string])[] = [
  [/Cannot lock port|Device or resource busy/, 'PORT_BUSY', 'is in use by another program'],
  // Windows says the same for a port in use and for one without permission; in use is by far the usual.
  [/Access denied/, 'PORT_BUSY', 'is in use by another program'],
  [/Permission denied|Operation not permitted/, 'PORT_DENIED', 'may not be opened by this user'],
  [/No such file or directory|File not found/, 'PORT_MISSING', 'does not exist'],
  [/No such device/, 'PORT_MISSING', 'has no adapter behind it'],
  [/Inappropriate ioctl|Is a directory|Not a directory/, 'LINK_FAILED', 'is no serial port'],
  [/baud rate/, 'LINK_FAILED', 'does not take this baudRate'],
];

/** What an error of serialport's `open` means for a person. */
export function openError(path: string, cause: Error): GiroError {
  const [, code, detail] = OPEN_ERRORS.find(([text]) => text.test(cause.message)) ?? [];
  return new GiroError(code ?? 'LINK_FAILED', `${path} ${detail ?? `cannot be opened: ${cause.message}`}`, {
    cause,
  });
}

/**
 * Opens a serial port, for this program alone. Whoever calls reads from it at once and then watches its cable: one
 * pulled out meanwhile shows in a read only. Throws as `openError` says.
 */
export async function openSerialPort({ kind: _, ...settings }: SerialAddress): Promise<SerialPort> {
  // Native code, and most gyms have no serial turnstile.
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ ...settings, lock: true, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((cause) => (cause ? reject(openError(settings.path, cause)) : resolve()));
  });
  return port;
}

/**
 * Ends a port whose cable is pulled out, with LINK_LOST as the reason of its `close`. serialport hears of it only while
 * it waits for bytes: a read that is under way gives 0 bytes, and it reads on for ever. Its poller tells in either case.
 */
export function watchCable(port: SerialPort): void {
  if (port.port === undefined || !('poller' in port.port)) return;
  port.port.poller.once('disconnect', (cause: Error | null) => {
    if (!port.isOpen) return;
    port.destroy(new GiroError('LINK_LOST', `${port.path} was unplugged`, { cause }));
  });
}

/** Serial links to one device, one after the other. */
export class SerialSource implements LinkSource {
  readonly kind = 'serial';
  readonly address: string;
  readonly #settings: SerialAddress;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Until it resolves, the port is locked by the link before. */
  #released: Promise<void> = Promise.resolve();

  constructor(address: SerialAddress, { clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.address = formatAddress(address);
    this.#settings = address;
    this.#clock = clock;
    this.#log = log;
  }

  async open(signal: AbortSignal): Promise<Link> {
    signal.throwIfAborted();
    await this.#released;
    signal.throwIfAborted();
    const port = await openSerialPort(this.#settings);
    await this.#flush(port);
    // Opening takes milliseconds and cannot be called off; an abort meanwhile closes the new link at once.
    const release = (): void => this.#letGo(port);
    const peer = this.#settings.path;
    const link = new StreamLink(port, { kind: 'serial', peer, clock: this.#clock, signal, release });
    watchCable(port);
    signal.throwIfAborted();
    return link;
  }

  close(): Promise<void> {
    return this.#released;
  }

  /** Drops what waited in the port: a line from before could be cut, or hours old. */
  #flush(port: SerialPort): Promise<void> {
    return new Promise((resolve, reject) => {
      port.flush((cause) => {
        if (!cause) return resolve();
        this.#letGo(port);
        const { path } = this.#settings;
        reject(new GiroError('LINK_FAILED', `${path} went away while it was opened`, { cause }));
      });
    });
  }

  #letGo(port: SerialPort): void {
    if (!port.isOpen) return;
    this.#released = new Promise((resolve) => {
      port.close((err) => {
        if (err) this.#log.warn({ err, address: this.address }, 'serial port did not close cleanly');
        resolve();
      });
    });
  }
}
