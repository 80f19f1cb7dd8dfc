import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { text } from '../../../config/check/mistakes.ts';
import { ERRORS, GiroError } from '../../../drivers/base/errors.ts';
import { findDamage, probe } from '../../journal/check.ts';
import { DAMAGE_NOTE, JOURNAL_FILE } from '../../journal/file.ts';
import { openReader } from '../../journal/queries.ts';
import { troubleOf } from '../../journal/trouble.ts';
import { alarmsNow } from '../../upkeep/alarms/refusal-note.ts';
import type { Finding, Patient } from './finding.ts';

/** Up to this size every page is read (a second or two from a slow disk); above only the ends of each tree. */
const WHOLE_BYTES = 256 * 1024 * 1024;

/** Whether the journal is sound, and what the gateway itself says is wrong. */
export function checkJournal({ configuration, running }: Patient): readonly Finding[] {
  const { data } = configuration.agent;
  const path = join(data, JOURNAL_FILE);
  if (!existsSync(path)) {
    return [
      {
        check: 'journal',
        state: 'warn',
        cause: ERRORS.JOURNAL_MISSING.summary,
        action: ERRORS.JOURNAL_MISSING.remedy,
      },
    ];
  }
  const health = soundness(data, path);
  if (health.state === 'fail') return [health];
  try {
    const reader = openReader(data);
    try {
      const stored = reader.alarms();
      const alarms = running ? alarmsNow(stored, data) : stored;
      return [
        health,
        ...alarms.map(
          ({ what, remedy }): Finding => ({ check: 'journal', state: 'warn', cause: what, action: remedy }),
        ),
      ];
    } finally {
      reader.close();
    }
  } catch (error) {
    if (!(error instanceof GiroError)) throw error;
    if (error.code === 'JOURNAL_MISSING') return [health, OLDER];
    const { summary, remedy } = ERRORS[error.code];
    return [health, { check: 'journal', state: 'fail', cause: summary, action: remedy }];
  }
}

const OLDER: Finding = {
  check: 'journal',
  state: 'warn',
  cause: text('it was written by an older version', 'foi gravado por uma versão mais antiga'),
  action: text(
    'the next start of the gateway brings it up to date',
    'o próximo início do gateway o atualiza',
  ),
};

function soundness(data: string, path: string): Finding {
  const { size } = statSync(path);
  const said = `${path}, ${(size / 1024 ** 2).toFixed(1)} MiB`;
  const damage = existsSync(join(data, DAMAGE_NOTE)) ? 'met while in use' : damageOf(path, size);
  if (damage === undefined) return { check: 'journal', state: 'ok', cause: text(said, said) };
  return {
    check: 'journal',
    state: 'fail',
    cause: text(`${said}: damaged (${damage})`, `${said}: danificado (${damage})`),
    action: text(
      'restart the gateway: it sets the file aside and saves what can be read; then replace the disk',
      'reinicie o gateway: ele separa o arquivo e salva o que puder ser lido; depois troque o disco',
    ),
  };
}

/** Undefined when sound; what cannot be read for another reason is found by the reader. */
function damageOf(path: string, size: number): string | undefined {
  let db: Sqlite.Database | undefined;
  try {
    db = new Sqlite(path, { readonly: true, fileMustExist: true });
    if (size <= WHOLE_BYTES) return findDamage(db);
    probe(db);
    return undefined;
  } catch (error) {
    if (troubleOf(error) !== 'damage') return undefined;
    return error instanceof Error ? error.message : String(error);
  } finally {
    db?.close();
  }
}
