/**
 * Finding boards by UDP broadcast on port 7878 (toletus-litenet2.md 1.2). LiteNet1 and LiteNet3 share the port; what they
 * say is no answer here.
 */

import { GiroError } from '../base/errors.ts';
import type { DeviceIdentity, Discovery, FoundDevice } from '../contract/driver.ts';
import type { Link } from '../links/link.ts';
import { encodeFrame, FrameDecoder } from './codec.ts';
import { formatVersion } from './conversation.ts';
import { formatOrder, parseReport } from './messages.ts';
import { type ParameterName, type ParameterValues, parameterValue } from './parameters.ts';

const ANSWER_MS = 2000;
const PREFIX = 'TOLETUS LiteNet2';
const FREE = 'free';

export const discovery: Discovery = {
  port: 7878,
  question: Buffer.from('prc', 'ascii'),
  read: readAnswer,
  identify,
};

function readAnswer(datagram: Uint8Array): FoundDevice | undefined {
  const text = Buffer.from(datagram).toString('latin1');
  if (!text.includes(PREFIX)) return undefined;
  const [, digits] = /@(\d+)/.exec(text) ?? [];
  if (digits === undefined || Number(digits) > 0xffff) return undefined;
  const found = { model: 'Toletus LiteNet2', deviceId: String(Number(digits)) };
  const [, host] = /=(.*)/s.exec(text) ?? [];
  if (host === undefined) return found; // firmware up to 2.2.2 R0 does not tell
  const holder = host.replaceAll('\0', '').trim();
  return { ...found, session: /^(?:none|disconnected|)$/i.test(holder) ? FREE : holder };
}

/** A board's answer, for the simulator; `session` is left out in firmware that does not tell. */
export function formatAnswer(deviceId: number, session?: string): Uint8Array {
  const holder = session === undefined ? '' : ` c=${session === FREE ? 'none' : session}`;
  return Buffer.from(`${PREFIX}@${deviceId}${holder}`, 'ascii');
}

async function identify(link: Link): Promise<DeviceIdentity> {
  const serial = await ask(link, 'serial');
  const firmware = await ask(link, 'firmware');
  return { serial: String(serial), firmware: formatVersion(firmware), options: { serialNumber: serial } };
}

async function ask<Name extends ParameterName>(link: Link, name: Name): Promise<ParameterValues[Name]> {
  const decoder = new FrameDecoder();
  await link.write(encodeFrame(formatOrder({ kind: 'read', name })));
  for (;;) {
    const read = await link.read({ silenceMs: ANSWER_MS });
    if (!(read instanceof Uint8Array))
      throw new GiroError('DEVICE_SILENT', `${link.peer} did not tell its ${name}`);
    for (const part of decoder.push(read)) {
      const report = part.kind === 'frame' ? parseReport(part.frame) : undefined;
      const value = report?.kind === 'parameter' ? parameterValue(report.parameter, name) : undefined;
      if (value !== undefined) return value;
    }
  }
}
