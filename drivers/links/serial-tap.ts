import type { SerialPort } from 'serialport';
import { GiroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { formatAddress } from './address.ts';
import { openSerialPort, watchCable } from './serial.ts';
import { Hearing, type Tap, type TapContext, type TapPlace } from './tap.ts';

type SerialPlace = Extract<TapPlace, { kind: 'serial' }>;

/**
 * A tap on serial lines: a bridge of two ports, the device at one and the gym's software at the other; or one port
 * that only listens. A line does not tell whether somebody is at its other end: the conversation lasts as long as the
 * ports are there. Control lines (RTS, DTR) and breaks are not passed on.
 */
export class SerialTap implements Tap {
  readonly address: string;
  readonly #place: SerialPlace;
  readonly #context: TapContext;

  constructor(place: SerialPlace, context: TapContext) {
    this.#place = place;
    this.#context = context;
    this.address = formatAddress(place.software ?? place.device);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { device, software } = this.#place;
    const { log, onReady, onConversation } = this.#context;
    const ports: SerialPort[] = [];
    try {
      for (const address of software === undefined ? [device] : [device, software]) {
        if (signal.aborted) return;
        ports.push(await openSerialPort(address));
      }
      onReady(this.address);
      onConversation('open');
      await this.#pass(ports, signal);
    } finally {
      await Promise.all(ports.map((port) => closed(port, log)));
    }
  }

  /** Resolves when `signal` aborts; rejects when a port goes away. */
  #pass([device, software]: readonly SerialPort[], signal: AbortSignal): Promise<void> {
    const hearing = new Hearing(this.#context);
    return new Promise<void>((resolve, reject) => {
      if (device !== undefined) listen(device, software, (bytes) => hearing.fromDevice(bytes), reject);
      if (software !== undefined) listen(software, device, (bytes) => hearing.fromSoftware(bytes), reject);
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
    }).finally(() => {
      device?.unpipe();
      software?.unpipe();
      hearing.end();
    });
  }
}

/** Passes on what comes in, before anybody looks at it. */
function listen(
  from: SerialPort,
  to: SerialPort | undefined,
  hear: (bytes: Uint8Array) => void,
  lost: (why: GiroError) => void,
): void {
  const lose = (cause: Error | null | undefined): void =>
    lost(
      cause instanceof GiroError ? cause : new GiroError('LINK_LOST', `${from.path} went away`, { cause }),
    );
  from.on('error', lose);
  from.on('close', lose);
  if (to !== undefined) from.pipe(to, { end: false });
  from.on('data', hear);
  watchCable(from);
}

function closed(port: SerialPort, log: Logger): Promise<void> {
  return new Promise((resolve) => {
    if (!port.isOpen) return resolve();
    port.close((err) => {
      if (err) log.warn({ err, address: port.path }, 'serial port did not close cleanly');
      resolve();
    });
  });
}
