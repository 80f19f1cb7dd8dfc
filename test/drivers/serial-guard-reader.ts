/**
 * Reads 5 bytes from the serial port of its first argument and prints them. Nothing else is alive in this process: no
 * timer, no socket, so only the port itself can wake the event loop.
 */
import type { Clock } from '../../drivers/base/clock.ts';
import { createLinkSource } from '../../drivers/links/open.ts';

const WANTED = 5;
const path = process.argv[2] ?? '';
const address = { kind: 'serial', path, baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 } as const;
const clock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  after() {
    throw new Error('a timer would wake the event loop');
  },
};
const log = { debug() {}, info() {}, warn() {}, error() {} };

const link = await createLinkSource(address, { clock, log }).open(new AbortController().signal);
process.stdout.write('open\n');
let text = '';
while (text.length < WANTED) {
  const bytes = await link.read();
  if (!(bytes instanceof Uint8Array)) break;
  text += Buffer.from(bytes).toString('latin1');
}
process.stdout.write(`${text}\n`);
link.close();
