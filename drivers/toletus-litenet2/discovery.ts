/**
 * Finding boards by UDP broadcast on port 7878 (toletus-litenet2.md 1.2): the question and the boards' answers, as
 * datagrams. LiteNet1 and LiteNet3 share the port; what they say is no answer here.
 */

export const DISCOVERY_PORT = 7878;
export const DISCOVERY_QUESTION: Uint8Array = Buffer.from('prc', 'ascii');

export interface FoundBoard {
  readonly deviceId: number;
  /** Who holds its one session: an address, `free`, or undefined in firmware that does not tell (up to 2.2.2 R0). */
  readonly session?: string;
}

/** The board behind one datagram; undefined if it is none. Its address is the datagram's own. */
export function parseDiscoveryAnswer(datagram: Uint8Array): FoundBoard | undefined {
  const text = Buffer.from(datagram).toString('latin1');
  if (!text.includes('TOLETUS LiteNet2')) return undefined;
  const [, digits] = /@(\d+)/.exec(text) ?? [];
  const deviceId = Number(digits);
  if (digits === undefined || deviceId > 0xffff) return undefined;
  const [, host] = /=(.*)/s.exec(text) ?? [];
  if (host === undefined) return { deviceId };
  const holder = host.replaceAll('\0', '').trim();
  return { deviceId, session: /^(?:none|disconnected|)$/i.test(holder) ? 'free' : holder };
}
