import { isIPv4, isIPv6 } from 'node:net';
import type { Text } from '../base/language.ts';

const PARITIES = ['none', 'even', 'odd'] as const;

export interface TcpAddress {
  readonly kind: 'tcp';
  /** A name, an IPv4 or an IPv6 address (without brackets). */
  readonly host: string;
  readonly port: number;
}

export interface TcpListenAddress {
  readonly kind: 'tcp-listen';
  /** The address of this machine that is listened on; `0.0.0.0` for all. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
}

export interface SerialAddress {
  readonly kind: 'serial';
  /** `/dev/ttyUSB0`, `COM3`. */
  readonly path: string;
  readonly baudRate: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly parity: (typeof PARITIES)[number];
  readonly stopBits: 1 | 2;
}

/** Where a device is reached: `turnstiles[].connect`, read. */
export type LinkAddress = TcpAddress | TcpListenAddress | SerialAddress;

type Parsed<Value> = Value | { readonly problem: Text };

type SerialSettings = Omit<SerialAddress, 'kind' | 'path'>;

const SERIAL_DEFAULTS = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 } as const;

/**
 * Reads `tcp://host:port`, `tcp-listen://host:port`, `serial:///dev/ttyUSB0?baudRate=9600&dataBits=8&parity=none&stopBits=1`
 * or `serial://COM3`. `defaultPort` stands in for a port that is left out, `serial` for serial settings that are all
 * left out. Never throws: a mistake comes back as a
 * sentence that names what was found and what is expected. Written by hand because `URL` folds case, drops `:80`-like
 * ports and reads `COM3` as a host for schemes that it does not know.
 */
export function parseAddress(
  text: string,
  {
    defaultPort,
    serial,
  }: { readonly defaultPort?: number | undefined; readonly serial?: SerialSettings } = {},
): { readonly address: LinkAddress } | { readonly problem: Text } {
  const [, scheme, rest = ''] = /^([^:/]*):\/\/(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case 'tcp':
    case 'tcp-listen': {
      const parsed = parseHostAndPort(rest, scheme, defaultPort);
      return 'problem' in parsed ? parsed : { address: { kind: scheme, ...parsed } };
    }
    case 'serial': {
      const parsed = parseSerial(rest, serial);
      return 'problem' in parsed ? parsed : { address: { kind: 'serial', ...parsed } };
    }
    default:
      return problem(
        `"${text}" is no address; expected tcp://HOST:PORT, tcp-listen://HOST:PORT or serial://PATH`,
        `"${text}" não é um endereço; o esperado é tcp://HOST:PORTA, tcp-listen://HOST:PORTA ou serial://CAMINHO`,
      );
  }
}

/** The text that `parseAddress` reads back to the same address; serial settings at their defaults are left out. */
export function formatAddress(address: LinkAddress): string {
  if (address.kind !== 'serial') return `${address.kind}://${formatPeer(address.host, address.port)}`;
  const { path, baudRate, dataBits, parity, stopBits } = address;
  const query = [`baudRate=${baudRate}`];
  if (dataBits !== SERIAL_DEFAULTS.dataBits) query.push(`dataBits=${dataBits}`);
  if (parity !== SERIAL_DEFAULTS.parity) query.push(`parity=${parity}`);
  if (stopBits !== SERIAL_DEFAULTS.stopBits) query.push(`stopBits=${stopBits}`);
  return `serial://${path}?${query.join('&')}`;
}

/** `host:port` for logs, IPv6 in brackets. */
export function formatPeer(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseHostAndPort(
  text: string,
  kind: 'tcp' | 'tcp-listen',
  defaultPort: number | undefined,
): Parsed<{ host: string; port: number }> {
  const [, bracketed, plain = '', portText] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(text) ?? [];
  const host = bracketed ?? plain;
  const mayBeIPv6 = text.split(':').length > 2; // its first use makes Node compile a pattern: 13 ms of every start
  if (mayBeIPv6 && isIPv6(text)) {
    return problem(
      `"${text}" is an IPv6 address; expected it in brackets and a port: [HOST]:PORT`,
      `"${text}" é um endereço IPv6; o esperado é entre colchetes e com a porta: [HOST]:PORTA`,
    );
  }
  if (host === '') {
    return problem(
      `"${text}" has no host; expected HOST:PORT, or [HOST]:PORT for an IPv6 address`,
      `"${text}" não tem host; o esperado é HOST:PORTA, ou [HOST]:PORTA para um endereço IPv6`,
    );
  }
  if (bracketed === undefined ? !isHost(host) : !isIPv6(host)) {
    return problem(
      `"${host}" is no host; expected a name, an IPv4 address or an IPv6 address in brackets`,
      `"${host}" não é um host; o esperado é um nome, um endereço IPv4 ou um endereço IPv6 entre colchetes`,
    );
  }
  const lowest = kind === 'tcp' ? 1 : 0;
  const port = portText === undefined ? defaultPort : integer(portText);
  if (port === undefined || port < lowest || port > 65_535) {
    return problem(
      `${portText === undefined ? 'the port is missing' : `"${portText}" is no port`}; expected ${lowest} to 65535`,
      `${portText === undefined ? 'falta a porta' : `"${portText}" não é uma porta`}; o esperado é de ${lowest} a 65535`,
    );
  }
  return { host, port };
}

function isHost(text: string): boolean {
  if (/^[\d.]+$/.test(text)) return isIPv4(text);
  return (
    text.length <= 253 &&
    /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i.test(text)
  );
}

function parseSerial(
  text: string,
  defaults: SerialSettings = SERIAL_DEFAULTS,
): Parsed<Omit<SerialAddress, 'kind'>> {
  const mark = text.indexOf('?');
  const path = mark < 0 ? text : text.slice(0, mark);
  if (!/^(\/.+|COM\d+)$/.test(path)) {
    return problem(
      `"${path}" is no serial port; expected serial:///dev/ttyUSB0 (three slashes) or serial://COM3`,
      `"${path}" não é uma porta serial; o esperado é serial:///dev/ttyUSB0 (três barras) ou serial://COM3`,
    );
  }
  let settings: SerialSettings = mark < 0 ? defaults : SERIAL_DEFAULTS;
  const seen = new Set<string>();
  for (const pair of mark < 0 ? [] : text.slice(mark + 1).split('&')) {
    const [key = '', value = ''] = pair.split(/=(.*)/s);
    const setting = seen.has(key) ? undefined : parseSetting(key, value);
    if (setting === undefined) return badSetting(pair, seen.has(key));
    seen.add(key);
    settings = { ...settings, ...setting };
  }
  return { ...settings, path };
}

function parseSetting(key: string, value: string): Partial<SerialAddress> | undefined {
  switch (key) {
    case 'baudRate': {
      const baudRate = integer(value);
      return baudRate !== undefined && baudRate >= 50 && baudRate <= 4_000_000 ? { baudRate } : undefined;
    }
    case 'dataBits': {
      const dataBits = ([5, 6, 7, 8] as const).find((bits) => String(bits) === value);
      return dataBits && { dataBits };
    }
    case 'parity': {
      const parity = PARITIES.find((known) => known === value);
      return parity && { parity };
    }
    case 'stopBits': {
      const stopBits = ([1, 2] as const).find((bits) => String(bits) === value);
      return stopBits && { stopBits };
    }
    default:
      return undefined;
  }
}

function badSetting(pair: string, isRepeated: boolean): { readonly problem: Text } {
  const settings = 'baudRate=50..4000000, dataBits=5..8, parity=none|even|odd, stopBits=1|2';
  return isRepeated
    ? problem(`"${pair}" sets the same thing twice`, `"${pair}" define a mesma coisa duas vezes`)
    : problem(
        `"${pair}" is no serial setting; expected ${settings}`,
        `"${pair}" não é um ajuste serial; o esperado é ${settings}`,
      );
}

/** Plain decimal digits only: no sign, blank, exponent or leading zero. */
function integer(text: string): number | undefined {
  return /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined;
}

function problem(en: string, ptBr: string): { readonly problem: Text } {
  return { problem: { en, 'pt-BR': ptBr } };
}
