import { accessSync, constants, existsSync, type Stats, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from '../../../config/check/mistakes.ts';
import type { Configuration } from '../../../config/configuration.ts';
import { JOURNAL_FILE } from '../../journal/file.ts';
import type { Finding, Patient } from './finding.ts';

const OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;

/** Whether this user can do what the gateway must, and nobody else can read what only it may. */
export function checkPermissions({ configuration }: Patient): readonly Finding[] {
  const { data } = configuration.agent;
  const findings = [
    dataFolder(data),
    ...['identity.json', JOURNAL_FILE].map((name) => privateFile(join(data, name))),
    ...secretFiles(configuration).map(privateFile),
    notWritableByOthers(resolve(configuration.path)),
  ].filter((finding) => finding !== undefined);
  if (findings.length > 0) return findings;
  const said = `${data} (${userInfo().username})`;
  return [{ check: 'permissions', state: 'ok', cause: text(said, said) }];
}

function secretFiles({ webhooks }: Configuration): string[] {
  return [...new Set(webhooks.flatMap(({ secretFile }) => secretFile ?? []))];
}

function dataFolder(folder: string): Finding | undefined {
  const isThere = existsSync(folder);
  const wanted = isThere ? folder : nearest(folder);
  try {
    accessSync(wanted, constants.W_OK | constants.X_OK);
    return undefined;
  } catch {
    return {
      check: 'permissions',
      state: 'fail',
      subject: folder,
      cause: text(
        `user ${userInfo().username} may not write in ${wanted} (${modeText(wanted)})`,
        `o usuário ${userInfo().username} não pode gravar em ${wanted} (${modeText(wanted)})`,
      ),
      action: text(
        'run this as the user of the gateway (sudo -u giro giro doctor), or give that user the folder',
        'rode como o usuário do gateway (sudo -u giro giro doutor), ou entregue a pasta a esse usuário',
      ),
    };
  }
}

/** Undefined for a file that is right, or not there. */
function privateFile(path: string): Finding | undefined {
  const stats = look(path);
  if (stats === undefined || process.platform === 'win32' || (stats.mode & OTHERS) === 0) return undefined;
  return {
    check: 'permissions',
    state: 'warn',
    subject: path,
    cause: text(
      `others may read what is for the gateway only (${modeText(path)})`,
      `outros podem ler o que é só do gateway (${modeText(path)})`,
    ),
    action: text(`chmod 600 ${path}`, `chmod 600 ${path}`),
  };
}

function notWritableByOthers(path: string): Finding | undefined {
  const stats = look(path);
  if (stats === undefined || process.platform === 'win32' || (stats.mode & WRITABLE_BY_OTHERS) === 0) {
    return undefined;
  }
  return {
    check: 'permissions',
    state: 'warn',
    subject: path,
    cause: text(
      `others may change the configuration (${modeText(path)})`,
      `outros podem mudar a configuração (${modeText(path)})`,
    ),
    action: text(`chmod go-w ${path}`, `chmod go-w ${path}`),
  };
}

function nearest(folder: string): string {
  const parent = dirname(folder);
  return existsSync(parent) || parent === folder ? parent : nearest(parent);
}

/** `owner 1000, mode 0755`. */
function modeText(path: string): string {
  const stats = look(path);
  return stats === undefined
    ? '?'
    : `uid ${stats.uid}, mode 0${(stats.mode & 0o777).toString(8).padStart(3, '0')}`;
}

/** Undefined where it is not there, or in a folder that this user may not look into. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
