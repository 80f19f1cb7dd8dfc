import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from '../../../config/check/mistakes.ts';
import { isScarce } from '../../upkeep/alarms/conditions.ts';
import { diskSpace } from '../../upkeep/alarms/disk.ts';
import type { Finding, Patient } from './finding.ts';

/** Below this the journal itself is about to refuse. */
const LEAST_BYTES = 50 * 1024 * 1024;

/** Whether the journal has room to grow through an outage. */
export async function checkDisk({ configuration }: Patient): Promise<readonly Finding[]> {
  const folder = existing(configuration.agent.data);
  const space = await diskSpace(folder);
  const [free, total] = [space.freeBytes, space.totalBytes].map((bytes) => (bytes / 1024 ** 3).toFixed(1));
  const cause = text(
    `${free} of ${total} GiB free at ${folder}`,
    `${free} de ${total} GiB livres em ${folder}`,
  );
  if (!isScarce(space)) return [{ check: 'disk', state: 'ok', cause }];
  return [
    {
      check: 'disk',
      state: space.freeBytes < LEAST_BYTES ? 'fail' : 'warn',
      cause,
      action: text(
        'make room on this disk: accesses of an outage must fit, about 1 GiB for a million',
        'libere espaço neste disco: os acessos de uma queda precisam caber, cerca de 1 GiB por milhão',
      ),
    },
  ];
}

function existing(folder: string): string {
  const parent = dirname(folder);
  return existsSync(folder) || parent === folder ? folder : existing(parent);
}
