/** Process: devices that send noise, and receivers that answer what no receiver should. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { servePart } from './part.ts';
import { Random } from './random.ts';

/** What begins, ends or separates frames of some controller: noise that holds it goes deeper. */
const MEANINGFUL = Buffer.from([0x02, 0x03, 0x0a, 0x0d, 0x2b, 0x5b, 0x5d, 0x53, 0xc3, 0xff, 0x00, 0x30]);
const CHUNK_BYTES = 2_048;
const CHUNK_EVERY_MS = 20;
const HEADER_BYTES = 10_000_000;
const BODY_CHUNK = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);

let random = new Random(1);

function noise(): Buffer {
  const bytes = random.bytes(CHUNK_BYTES);
  for (const [at] of bytes.entries()) {
    if (random.next() < 0.1) bytes[at] = MEANINGFUL[random.between(0, MEANINGFUL.length - 1)] ?? 0;
  }
  return bytes;
}

/** Writes again and again, as fast as the other end takes it, until the connection ends. */
async function flood(socket: Socket, next: () => Uint8Array, everyMs = 0): Promise<void> {
  while (!socket.destroyed) {
    // One that broke meanwhile never drains; nobody waits for it.
    if (!socket.write(next())) await once(socket, 'drain').catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

const ANSWERS = {
  garbage: (socket: Socket) => flood(socket, noise, CHUNK_EVERY_MS),
  'a header of 10 MB': async (socket: Socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nX-Long: ${'a'.repeat(HEADER_BYTES)}`);
  },
  'a body without end': (socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    return flood(socket, () => BODY_CHUNK);
  },
  'an error without end': (socket: Socket) => {
    socket.write('HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n');
    return flood(socket, () => BODY_CHUNK);
  },
  'no UTF-8': async (socket: Socket) => {
    const head = Buffer.from(
      'HTTP/1.1 400 \xff\xfe\r\nContent-Type: \xc3\x28\r\nContent-Length: 4\r\n\r\n',
      'latin1',
    );
    socket.write(Buffer.concat([head, Buffer.from([0xff, 0xc3, 0x28, 0x80])]));
  },
  'a byte a second': (socket: Socket) => {
    const answer = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    let at = 0;
    return flood(socket, () => answer.subarray(at, ++at), 1_000);
  },
  silence: async () => {},
} as const satisfies Record<string, (socket: Socket) => Promise<void>>;
type Answer = keyof typeof ANSWERS;

/** Requests that no browser makes. */
const REQUESTS: readonly ((socket: Socket) => Promise<void>)[] = [
  // Slow loris: a head that never ends.
  async (socket) => {
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
    await flood(socket, () => Buffer.from('X: 1\r\n'), 1_000);
  },
  async (socket) => {
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(HEADER_BYTES)}\r\n\r\n`);
  },
  async (socket) => {
    const head = 'POST /api/state HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json';
    socket.write(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    await flood(socket, () => BODY_CHUNK);
  },
  async (socket) => {
    socket.write(
      Buffer.from('GET /\xff\xc3\x28 HTTP/1.1\r\nHost: \xfe\r\nCookie: \xc3\x28\r\n\r\n', 'latin1'),
    );
  },
  (socket) => flood(socket, noise, CHUNK_EVERY_MS),
];
const CALLERS_EACH = 20;
const CALL_AGAIN_MS = 500;

/** Calls again whenever it was hung up on. */
async function call(port: number, request: (socket: Socket) => Promise<void>): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    void request(socket);
    await closed;
    await new Promise((resolve) => setTimeout(resolve, CALL_AGAIN_MS));
  }
}

async function serve(each: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // whoever is flooded may go at any time
    each(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const calls = {
  seed({ seed }: { seed: number }) {
    random = new Random(seed);
  },
  /** Ports of devices that send noise to whoever connects. */
  devices({ count }: { count: number }) {
    const device = (socket: Socket): void => {
      socket.resume();
      void flood(socket, noise, CHUNK_EVERY_MS);
    };
    return Promise.all(Array.from({ length: count }, () => serve(device)));
  },
  /** Calls an HTTP server, without end. */
  callers({ port }: { port: number }) {
    for (const request of REQUESTS) {
      for (let caller = 0; caller < CALLERS_EACH; caller += 1) void call(port, request);
    }
  },
  /** Ports of receivers that answer the first bytes of a request, by how they do it. */
  async receivers() {
    const ports = new Map<Answer, number>();
    for (const [name, answer] of Object.entries(ANSWERS)) {
      const port = await serve((socket) => {
        socket.once('data', () => void answer(socket)).on('data', () => {});
      });
      ports.set(name as Answer, port);
    }
    return ports;
  },
};
export type Hostile = typeof calls;

servePart(calls);
