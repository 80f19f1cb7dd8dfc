/** Process: a cable that is long: every byte arrives late, both ways. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { servePart } from './part.ts';

function passOn(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (bytes) => {
    setTimeout(() => to.write(bytes), delayMs);
  });
  from.on('error', () => {}); // its close follows
  from.on('close', () => {
    setTimeout(() => to.destroy(), delayMs);
  });
}

const calls = {
  /** Gives the port of a way to `port` on this machine. */
  async lay({ port, delayMs }: { port: number; delayMs: number }) {
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      passOn(near, far, delayMs);
      passOn(far, near, delayMs);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
};
export type Delay = typeof calls;

servePart(calls);
