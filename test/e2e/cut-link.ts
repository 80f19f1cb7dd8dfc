import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A cable that a test can cut: passes bytes on, and breaks what runs through it when told to. */
export class CuttableLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Bytes that went through so far, both ways. */
  passed = 0;
  /** Looks at bytes before they go on; what it takes (true) goes nowhere. */
  intercept: (bytes: Buffer) => boolean = () => false;

  constructor(targetPort: number) {
    this.#server = createServer((near) => {
      const far = connect(targetPort, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (bytes) => {
          this.passed += bytes.length;
        });
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.on('data', (bytes) => {
          if (!this.intercept(bytes)) to.write(bytes);
        });
        from.on('end', () => to.end());
      }
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no address');
    return address.port;
  }

  /** Breaks every connection with a reset; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }
}
