/** Process: a name server that gives every name one address of its own table, until it dies. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { servePart } from './part.ts';

const HEADER = 12;
const TYPE_A = 1;

const socket = createSocket('udp4');
let names: ReadonlyMap<string, string> = new Map();
let isDead = false;

socket.on('message', (query, { port, address }) => {
  if (!isDead) socket.send(answer(query), port, address);
});

/** RFC 1035, 4: the question again, and one record if it asked for an address that is known. */
function answer(query: Buffer): Buffer {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const question = query.subarray(HEADER, at + 5);
  const address = names.get(labels.join('.').toLowerCase());
  const isAsked = query.readUInt16BE(at + 1) === TYPE_A;
  const record =
    address === undefined || !isAsked
      ? Buffer.alloc(0)
      : Buffer.from([0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
  const head = Buffer.alloc(HEADER);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(address === undefined ? 0x8183 : 0x8180, 2); // 3: no such name
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(record.length > 0 ? 1 : 0, 6);
  return Buffer.concat([head, question, record]);
}

const calls = {
  async listen(table: { host: string; names: ReadonlyMap<string, string> }) {
    names = table.names;
    socket.bind(53, table.host);
    await once(socket, 'listening');
  },
  /** Answers nothing any more, or again. */
  die({ isDead: dead }: { isDead: boolean }) {
    isDead = dead;
  },
};
export type NameServer = typeof calls;

servePart(calls);
