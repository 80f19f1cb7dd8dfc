import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GiroError } from '../drivers/base/errors.ts';
import { drivers } from '../drivers/registry.ts';
import { whyUnreadable } from './check/files.ts';
import type { Configuration } from './configuration.ts';
import { readConfiguration } from './read.ts';

const DEFAULT_PATHS = ['config/giro.yaml', '/etc/giro/giro.yaml'] as const;

interface Search {
  /** What `--config` said. */
  readonly argument?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start. */
  readonly cwd: string;
}

/**
 * Finds the configuration file: `--config`, GIRO_CONFIG, config/giro.yaml, /etc/giro/giro.yaml. The path comes back as
 * it was given; undefined when nobody named a file and there is none at the usual places.
 * @throws {GiroError} CONFIG_UNREADABLE when the file that somebody named is missing, or a folder can't be searched.
 */
export function findConfiguration({ argument, env, cwd }: Search): { readonly path: string } | undefined {
  const named = argument ?? (env.GIRO_CONFIG || undefined);
  if (named === undefined) {
    const path = DEFAULT_PATHS.find((usual) => exists(resolve(cwd, usual)));
    return path === undefined ? undefined : { path };
  }
  if (exists(resolve(cwd, named))) return { path: named };
  throw new GiroError('CONFIG_UNREADABLE', `${named} does not exist`);
}

/**
 * Reads, checks and completes the configuration in the file at `path`.
 * @throws {GiroError} CONFIG_UNREADABLE; {@link ConfigurationError} with every mistake of the file.
 */
export async function loadConfiguration(
  path: string,
  context: Omit<Parameters<typeof readConfiguration>[2], 'drivers'>,
): Promise<Configuration> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  return readConfiguration(bytes, path, { ...context, drivers });
}

/** A file that is there but can't be looked at must not be passed over for the next one. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): GiroError {
  return new GiroError('CONFIG_UNREADABLE', `${path}: ${whyUnreadable(cause).en}`, { cause });
}
