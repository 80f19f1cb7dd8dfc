/** Process: controllers that listen, print a line for each access and keep it until it was acknowledged. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { servePart } from './part.ts';

/** How often new accesses happen while there is a rate. */
const TICK_MS = 10;
const ACK = 0x0a; // the line feed of "OK\n"

const controllers: Controller[] = [];
let pace: NodeJS.Timeout | undefined;
/** Called whenever something was acknowledged, or a gateway came. */
let changed = (): void => {};

class Controller {
  readonly turnstile: string;
  /** Lines that were not acknowledged, the oldest first; `first` is the number of its record. */
  readonly #kept: string[] = [];
  #first = 1;
  #sent = 0;
  #socket: Socket | undefined;
  readonly #window: number;
  readonly #server = createServer((socket) => this.#serve(socket));

  constructor(turnstile: string, window: number) {
    this.turnstile = turnstile;
    this.#window = window;
  }

  async listen(host: string): Promise<number> {
    this.#server.listen(0, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  get acknowledged(): number {
    return this.#first - 1;
  }

  get waiting(): number {
    return this.#kept.length;
  }

  get isConnected(): boolean {
    return this.#socket !== undefined;
  }

  happen(count: number): void {
    const at = new Date().toISOString();
    for (let index = 0; index < count; index += 1) {
      const record = this.#first + this.#kept.length;
      this.#kept.push(
        `${at};1;card;${record};${record % 2 === 0 ? 'out' : 'in'};granted;${4_000_000 + record}\n`,
      );
    }
    this.#send();
  }

  #serve(socket: Socket): void {
    this.#socket?.destroy();
    this.#socket = socket.setNoDelay();
    this.#sent = 0;
    socket.on('error', () => {}); // a killed gateway resets
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    socket.on('data', (bytes) => {
      if (this.#socket !== socket) return;
      const acknowledged = bytes.reduce((count, byte) => count + (byte === ACK ? 1 : 0), 0);
      this.#kept.splice(0, acknowledged);
      this.#first += acknowledged;
      this.#sent -= acknowledged;
      this.#send();
      changed();
    });
    this.#send();
    changed();
  }

  #send(): void {
    const lines = this.#kept.slice(this.#sent, this.#window);
    if (this.#socket === undefined || lines.length === 0) return;
    this.#sent += lines.length;
    this.#socket.write(lines.join(''));
  }
}

/** Looks again after each change; a change is one acknowledgement or one connection. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      const before = changed;
      changed = () => {
        changed = before;
        before();
        resolve();
      };
    });
  }
}

const calls = {
  /** Makes controllers; gives their ports. `window`: lines on the way without an acknowledgement. */
  async listen({
    turnstiles,
    host,
    window,
  }: {
    turnstiles: readonly string[];
    host: string;
    window: number;
  }) {
    const made = turnstiles.map((turnstile) => new Controller(turnstile, window));
    controllers.push(...made);
    return await Promise.all(made.map((controller) => controller.listen(host)));
  },
  /** From now on so many accesses a second, over all controllers; 0 stops. */
  rate({ perSecond }: { perSecond: number }) {
    clearInterval(pace);
    const startedAt = performance.now();
    let happened = 0;
    pace = setInterval(() => {
      const due = Math.floor(((performance.now() - startedAt) * perSecond) / 1000);
      for (; happened < due; happened += 1) controllers[happened % controllers.length]?.happen(1);
    }, TICK_MS);
    if (perSecond === 0) clearInterval(pace);
  },
  /** So many accesses at once, over all controllers. */
  burst({ count }: { count: number }) {
    for (const [index, controller] of controllers.entries()) {
      controller.happen(Math.floor((count + index) / controllers.length));
    }
  },
  /** Resolves when a gateway is connected to every controller. */
  connected() {
    return until(() => controllers.every(({ isConnected }) => isConnected));
  },
  /** Resolves when so many were acknowledged, over all controllers. */
  acknowledged({ count }: { count: number }) {
    return until(() => controllers.reduce((total, { acknowledged }) => total + acknowledged, 0) >= count);
  },
  /** Resolves when all that happened was acknowledged. */
  drained() {
    return until(() => controllers.every(({ waiting }) => waiting === 0));
  },
  /** How many of its records each controller is rid of. */
  count() {
    return new Map(controllers.map(({ turnstile, acknowledged }) => [turnstile, acknowledged]));
  },
};
export type Source = typeof calls;

servePart(calls);
