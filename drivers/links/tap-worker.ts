/** Thread: passes on what goes between the gym's software and its devices, for all taps on TCP. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { systemClock } from '../base/clock.ts';
import { GiroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Observer } from '../contract/driver.ts';
import type { TapOrder, TapRefusal, TapReport, TapRequest, ThreadRequest } from './tap-thread.ts';
import { TcpTap } from './tcp-tap.ts';

/** What may wait to be heard: minutes of a busy turnstile. A conversation that brings more is passed on unheard. */
const UNHEARD_BYTES = 8 << 20;

parentPort?.on('message', (request: ThreadRequest) => {
  if (request === 'answer') parentPort?.postMessage('here');
  else begin(request);
});

function begin({ place, keepAlive, port }: TapOrder): void {
  const stopping = new AbortController();
  const heard = new Heard(port);
  port.on('message', (request: TapRequest) => {
    if (request === 'stop') stopping.abort();
    else heard.unheardBytes -= request;
  });
  const tap = new TcpTap(place, {
    ...(keepAlive !== undefined && { keepAlive }),
    clock: systemClock,
    log: logTo(port),
    observe: () => heard.conversation(),
    onReady: (address) => tell(port, { kind: 'ready', address }),
    onConversation: (kind, why) => tell(port, { kind, why: why && refusalOf(why) }),
  });
  const stopped = (refused?: TapRefusal): void => {
    tell(port, { kind: 'stopped', refused });
    port.close();
  };
  tap.run(stopping.signal).then(
    () => stopped(),
    (error: unknown) => {
      if (!(error instanceof GiroError)) throw error; // a fault: the thread ends, and is started again
      stopped(refusalOf(error));
    },
  );
}

/** Has what passes through one tap heard in the other thread. */
class Heard {
  unheardBytes = 0;
  readonly #port: MessagePort;
  #conversations = 0;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  conversation(): Observer {
    this.#conversations += 1;
    const conversation = this.#conversations;
    let isHeard = true;
    const end = (): void => {
      if (isHeard) tell(this.#port, { kind: 'ended', conversation });
      isHeard = false;
    };
    const pass = (kind: 'device' | 'software', bytes: Uint8Array): void => {
      if (!isHeard) return;
      if (this.unheardBytes + bytes.length <= UNHEARD_BYTES) {
        this.#send({ kind, conversation, bytes: Uint8Array.from(bytes) });
      } else {
        const { unheardBytes } = this;
        logTo(this.#port).error({ unheardBytes }, 'too much waits: this conversation is passed on unheard');
        end();
      }
    };
    tell(this.#port, { kind: 'begun', conversation });
    return {
      fromDevice: (bytes) => pass('device', bytes),
      fromSoftware: (bytes) => pass('software', bytes),
      end,
    };
  }

  /** `bytes` is a copy, and goes along: the stream still sends the original. */
  #send(report: Extract<TapReport, { bytes: Uint8Array<ArrayBuffer> }>): void {
    this.unheardBytes += report.bytes.length;
    this.#port.postMessage(report, [report.bytes.buffer]);
  }
}

function tell(port: MessagePort, report: TapReport): void {
  port.postMessage(report);
}

function logTo(port: MessagePort): Logger {
  const at =
    (level: keyof Logger) =>
    (data: object, message: string): void =>
      tell(port, { kind: 'log', level, data, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function refusalOf({ code, message, hint }: GiroError): TapRefusal {
  return { code, message, hint };
}
