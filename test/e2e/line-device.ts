import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { LIMIT_MS } from './processes.ts';

/** A device that sends numbered lines, each after the acknowledgement of the one before, and counts who connects. */
export class LineDevice implements AsyncDisposable {
  readonly port: number;
  connections = 0;
  /** The number of the last line that was acknowledged. */
  acknowledged = 0;
  readonly #server: Server;
  readonly #number: number;
  #socket: Socket | undefined;
  #through = 0;
  #look: () => void = () => {};

  private constructor(server: Server, port: number, number: number) {
    this.#server = server;
    this.port = port;
    this.#number = number;
    server.on('connection', (socket) => this.#connected(socket));
  }

  /** `number`: which device behind the line it says that it is. */
  static async open(number: number): Promise<LineDevice> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no address');
    return new LineDevice(server, address.port, number);
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  /** Sends lines up to this number, whoever is connected. */
  send(through: number): void {
    this.#through = through;
    this.#next();
  }

  /** Resolves when lines up to this number are acknowledged. */
  async until(number: number): Promise<void> {
    const giveUp = AbortSignal.timeout(LIMIT_MS);
    while (this.acknowledged < number) {
      await new Promise<void>((resolve, reject) => {
        this.#look = resolve;
        giveUp.addEventListener('abort', () =>
          reject(new Error(`line ${number} was not acknowledged: ${this.acknowledged}`)),
        );
      });
    }
  }

  async connected(): Promise<void> {
    const giveUp = AbortSignal.timeout(LIMIT_MS);
    while (this.#socket === undefined) {
      await new Promise<void>((resolve, reject) => {
        this.#look = resolve;
        giveUp.addEventListener('abort', () => reject(new Error('nobody connected')));
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket?.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connected(socket: Socket): void {
    this.connections += 1;
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    const lines = createInterface({ input: socket });
    lines.on('error', () => {}); // the other end was killed
    lines.on('line', () => {
      if (this.#socket !== socket) return;
      this.acknowledged += 1;
      this.#look();
      this.#next();
    });
    this.#look();
    this.#next();
  }

  #next(): void {
    const number = this.acknowledged + 1;
    if (number > this.#through) return;
    const at = new Date(1_772_452_800_000 + number * 1_000).toISOString();
    const credential = 1_000_000 + number;
    this.#socket?.write(`${at};${this.#number};card;${number};in;granted;${credential}\n`);
  }
}
