import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '../../config/configuration.ts';
import { findConfiguration, loadConfiguration } from '../../config/load.ts';
import { GiroError } from '../../drivers/base/errors.ts';

const DEMO = fileURLToPath(new URL('../../config/demo.yaml', import.meta.url));

/** The option that every command with a configuration has. */
export const CONFIG_OPTION = [
  '-c, --config <file>',
  'configuration file (default: GIRO_CONFIG, config/giro.yaml, /etc/giro/giro.yaml; in a checkout the demo)',
] as const;

/** Where a configuration is made where there is none: in a checkout its own, else the system's. */
export function defaultConfiguration(): string {
  return existsSync(DEMO) ? 'config/giro.yaml' : '/etc/giro/giro.yaml';
}

export interface Found {
  readonly configuration: Configuration;
  readonly isDemo: boolean;
}

type Wishes = Pick<Parameters<typeof loadConfiguration>[1], 'isPasswordPending' | 'onWarning'>;

/**
 * Finds and loads the configuration. In a checkout without one it is the demo's; an installed Giro has no demo.
 * @throws {GiroError} CONFIG_UNREADABLE, CONFIG_INVALID.
 */
export async function openConfiguration(
  argument: string | undefined,
  { isPasswordPending = false, onWarning }: Wishes = {},
): Promise<Found> {
  const found = findConfiguration({
    ...(argument === undefined ? {} : { argument }),
    env: process.env,
    cwd: process.cwd(),
  });
  const isDemo = found === undefined && existsSync(DEMO);
  const path = found?.path ?? (isDemo ? relative(process.cwd(), resolve(DEMO)) : undefined);
  if (path === undefined) {
    throw new GiroError('CONFIG_UNREADABLE', 'there is no configuration file', {
      hint: 'looked for --config, GIRO_CONFIG, config/giro.yaml and /etc/giro/giro.yaml',
    });
  }
  const configuration = await loadConfiguration(path, { env: process.env, isPasswordPending, onWarning });
  return { configuration, isDemo };
}
