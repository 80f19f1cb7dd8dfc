import { readFileSync } from 'node:fs';
import { GiroError } from '../drivers/base/errors.ts';
import { whyUnreadable } from './check/files.ts';
import { isGroup, Source } from './check/source.ts';

/** What a configuration needs besides its own file, as it names it. */
export interface Links {
  /** Paths, relative to the file or absolute: of `${file:PATH}`, of every `ca`, and of the certificates and keys under `tls`. */
  readonly files: readonly string[];
  /** Names of `${env:NAME}`. */
  readonly variables: readonly string[];
}

const REFERENCE = /\$\{(file|env):([^}]*)\}/g;
const TLS_FILES = ['certificate', 'key'];

/**
 * Finds what the configuration in the file at `path` names; nothing where its text is no YAML.
 * @throws {GiroError} CONFIG_UNREADABLE.
 */
export function linksOf(path: string): Links {
  let yaml: string;
  try {
    yaml = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new GiroError('CONFIG_UNREADABLE', `${path}: ${whyUnreadable(cause).en}`, { cause });
  }
  const files = new Set<string>();
  const variables = new Set<string>();
  const read = (value: unknown, isTls: boolean): void => {
    if (typeof value === 'string') {
      for (const [, kind, name = ''] of value.matchAll(REFERENCE)) {
        (kind === 'file' ? files : variables).add(name);
      }
    } else if (isGroup(value)) {
      for (const [key, member] of Object.entries(value)) {
        const isFile = key === 'ca' || (isTls && TLS_FILES.includes(key));
        if (isFile && typeof member === 'string' && !member.includes('${')) {
          files.add(member);
        } else {
          read(member, key === 'tls');
        }
      }
    }
  };
  // The reader of the configuration itself: whatever a file holds, its aliases have an end here too.
  read(new Source(yaml, (value) => ({ value })).value, false);
  return { files: [...files], variables: [...variables] };
}
