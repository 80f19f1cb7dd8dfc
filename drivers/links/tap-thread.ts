import { extname } from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { type ErrorCode, GiroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { formatAddress } from './address.ts';
import { Hearing, type Tap, type TapContext, type TcpTapPlace } from './tap.ts';

/** Bytes that were heard are reported by so many. */
const REPORT_BYTES = 64 * 1024;

/** What the thread is given for one tap. */
export interface TapOrder {
  readonly place: TcpTapPlace;
  readonly keepAlive: boolean | undefined;
  /** Carries a TapRequest to the tap, and its TapReports back; closed after the last. */
  readonly port: MessagePort;
}

/** A tap to begin, or to say that it is there. */
export type ThreadRequest = TapOrder | 'answer';

/** To end, or that so many more bytes were heard. */
export type TapRequest = 'stop' | number;

/** What happened at the tap, in its order; conversations are numbered. */
export type TapReport =
  | { readonly kind: 'ready'; readonly address: string }
  | { readonly kind: 'open' | 'closed'; readonly why: TapRefusal | undefined }
  | { readonly kind: 'begun' | 'ended'; readonly conversation: number }
  | {
      readonly kind: 'device' | 'software';
      readonly conversation: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  | { readonly kind: 'log'; readonly level: keyof Logger; readonly data: object; readonly message: string }
  | { readonly kind: 'stopped'; readonly refused: TapRefusal | undefined };

/** An error on its way between threads, which keep no classes. */
export interface TapRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
}

/** Makes taps on TCP. */
export interface TapMaker {
  tap(place: TcpTapPlace, context: TapContext): Tap;
  /** Resolves when they have dealt with all that happened before. */
  answer(): Promise<void>;
}

/**
 * The thread in which the bytes of all TCP taps flow. Whatever the program does meanwhile (a collection of garbage, a
 * changed configuration, a page of the panel), the gym's software and its devices do not wait for it.
 */
export class TapThread implements TapMaker {
  #worker: Worker | undefined;
  /** Resolves with the fault that the present thread died of. */
  #death: Promise<unknown> = Promise.resolve();

  /** Makes the tap of `place`. It is heard in this thread, a moment after it was passed on in that one. */
  tap(place: TcpTapPlace, context: TapContext): Tap {
    return new ThreadedTap(place, context, this);
  }

  async answer(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const answered = new Promise((resolve) => worker.once('message', resolve));
    worker.postMessage('answer' satisfies ThreadRequest);
    await Promise.race([answered, this.#death]);
  }

  /** Begins one tap; the answer carries its reports. */
  begin(place: TcpTapPlace, keepAlive: boolean | undefined): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#worker ??= this.#start();
    this.#worker.postMessage({ place, keepAlive, port: port2 } satisfies ThreadRequest, [port2]);
    return port1;
  }

  /** Resolves when the thread is gone, with the fault that it died of; the next tap begins in a new one. */
  death(): Promise<unknown> {
    return this.#death;
  }

  #start(): Worker {
    const url = new URL(`./tap-worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url);
    const worker = new Worker(url, { name: 'taps' });
    worker.unref(); // a tap that runs keeps the process alive by its port
    let fault: unknown;
    worker.on('error', (error) => {
      fault = error;
    });
    this.#death = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#worker = undefined;
        resolve(fault);
      });
    });
    return worker;
  }
}

class ThreadedTap implements Tap {
  readonly #place: TcpTapPlace;
  readonly #context: TapContext;
  readonly #thread: TapThread;
  readonly #hearings = new Map<number, Hearing>();
  #heardBytes = 0;
  #address: string;

  constructor(place: TcpTapPlace, context: TapContext, thread: TapThread) {
    this.#place = place;
    this.#context = context;
    this.#thread = thread;
    this.#address = formatAddress(place.listen);
  }

  get address(): string {
    return this.#address;
  }

  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const port = this.#thread.begin(this.#place, this.#context.keepAlive);
    const stop = (): void => port.postMessage('stop' satisfies TapRequest);
    signal.addEventListener('abort', stop, { once: true });
    let last: Extract<TapReport, { kind: 'stopped' }> | undefined;
    port.on('message', (report: TapReport) => {
      if (report.kind === 'stopped') last = report;
      else this.#take(report, port);
    });
    await new Promise((resolve) => port.once('close', resolve));
    signal.removeEventListener('abort', stop);
    for (const hearing of this.#hearings.values()) hearing.end();
    this.#hearings.clear();
    if (last === undefined) {
      const cause = await this.#thread.death();
      this.#context.log.error({ err: cause }, 'the thread of the taps ended');
      throw new GiroError('LINK_FAILED', 'the thread of the taps ended', { cause });
    }
    if (last.refused !== undefined) throw errorOf(last.refused);
  }

  #take(report: Exclude<TapReport, { kind: 'stopped' }>, port: MessagePort): void {
    const { log, onReady, onConversation } = this.#context;
    switch (report.kind) {
      case 'ready':
        this.#address = report.address;
        onReady(report.address);
        break;
      case 'open':
      case 'closed':
        onConversation(report.kind, report.why && errorOf(report.why));
        break;
      case 'begun':
        this.#hearings.set(report.conversation, new Hearing(this.#context));
        break;
      case 'device':
        this.#hearings.get(report.conversation)?.fromDevice(report.bytes);
        this.#heard(report.bytes.length, port);
        break;
      case 'software':
        this.#hearings.get(report.conversation)?.fromSoftware(report.bytes);
        this.#heard(report.bytes.length, port);
        break;
      case 'ended':
        this.#hearings.get(report.conversation)?.end();
        this.#hearings.delete(report.conversation);
        break;
      case 'log':
        log[report.level](report.data, report.message);
        break;
    }
  }

  #heard(bytes: number, port: MessagePort): void {
    this.#heardBytes += bytes;
    if (this.#heardBytes < REPORT_BYTES) return;
    port.postMessage(this.#heardBytes satisfies TapRequest);
    this.#heardBytes = 0;
  }
}

function errorOf({ code, message, hint }: TapRefusal): GiroError {
  return new GiroError(code, message, hint === undefined ? {} : { hint });
}
