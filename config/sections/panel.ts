import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseAddress } from '../../drivers/links/address.ts';
import { isLoopback } from '../../drivers/links/host.ts';
import type { Checker } from '../check/checker.ts';
import { text } from '../check/mistakes.ts';

/** Where the page is served, if anywhere. */
export type Panel =
  | 'off'
  | {
      /** A name, an IPv4 or an IPv6 address (without brackets) of this machine. */
      readonly host: string;
      /** 0 takes a free port. */
      readonly port: number;
      /** Only this machine can open it. */
      readonly isLocal: boolean;
    };

const PORT = 8470;
const OFF = 'off';

/** In the data folder, made by `giro panel password`. */
export const PANEL_PASSWORD_FILE = 'panel-password.json';

export const panelSchema = z
  .strictObject({
    listen: z
      .string()
      .default(`127.0.0.1:${PORT}`)
      .describe(
        'HOST:PORT where the page is served; port 0 takes a free one and the log says which. off: none. Other than 127.0.0.1 needs a password: giro panel password.',
      ),
  })
  .describe('The page that shows how things stand, for a browser on this machine.');

interface Surroundings {
  /** The data folder; absolute. */
  readonly data: string;
  /** The password may be yet to come: whoever sets it needs the rest of the configuration. */
  readonly isPasswordPending: boolean;
}

/** Reads `panel`; a page that other machines can open needs the operator's password. */
export function checkPanel(checker: Checker, { data, isPasswordPending }: Surroundings): Panel {
  const path = ['panel', 'listen'];
  const found = checker.source.at(path);
  const listen = typeof found === 'string' ? found : `127.0.0.1:${PORT}`;
  if (listen === OFF) return OFF;
  const parsed = parseAddress(`tcp-listen://${listen}`, { defaultPort: PORT });
  if ('problem' in parsed) {
    checker.report(path, {
      message: parsed.problem,
      help: text(
        `for example 127.0.0.1:${PORT}, or off for no panel`,
        `por exemplo 127.0.0.1:${PORT}, ou off para nenhum painel`,
      ),
    });
    return OFF;
  }
  const { address } = parsed;
  if (address.kind !== 'tcp-listen') throw new TypeError('a listening address was read');
  const { host, port } = address;
  checker.claim({ path, kind: 'listener', listen: address });
  if (!isLoopback(host) && !isPasswordPending && lacksPassword(data)) {
    checker.report(path, {
      message: text(
        `other machines could open the panel at ${listen}, and it has no password`,
        `outras máquinas poderiam abrir o painel em ${listen}, e ele não tem senha`,
      ),
      help: text(
        `set one with giro panel password, or listen on 127.0.0.1:${PORT}`,
        `crie uma com giro panel password, ou use 127.0.0.1:${PORT}`,
      ),
    });
  }
  return { host, port, isLocal: isLoopback(host) };
}

/** Of a folder that this user may not look into nobody knows. */
function lacksPassword(data: string): boolean {
  try {
    return statSync(join(data, PANEL_PASSWORD_FILE), { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
