import { isIP } from 'node:net';
import { type Problem, text } from './mistakes.ts';

/** Where a server of Giro listens. */
export interface ListenAddress {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

const FORM = /^(?:\[([^\]]+)\]|([^:[\]/\s]+)):(\d{1,5})$/;

/** Reads `HOST:PORT`, `[::1]:PORT`. */
export function parseListen(value: string): ListenAddress | { readonly problem: Problem } {
  const [, inBrackets, name, digits] = FORM.exec(value) ?? [];
  const host = inBrackets ?? name;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (inBrackets !== undefined && isIP(inBrackets) !== 6)) {
    return {
      problem: {
        message: text(
          'listen: expected HOST:PORT, such as 127.0.0.1:8471',
          'listen: o esperado é HOST:PORTA, como 127.0.0.1:8471',
        ),
      },
    };
  }
  return { host, port };
}
