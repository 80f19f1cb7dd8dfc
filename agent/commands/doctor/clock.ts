import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { text } from '../../../config/check/mistakes.ts';
import type { Text } from '../../../drivers/base/language.ts';
import { TRUSTED_SKEW_MS, zonedText } from '../../events/moment.ts';
import type { Finding, Patient } from './finding.ts';

/** No version of Giro is older: a clock before it was never set. */
const EARLIEST_MS = Date.parse('2026-01-01T00:00:00Z');
/** Brazil ended summer time in 2019; older data would put it back. */
const LEAST_ZONES = '2019b';

/** Whether times of accesses will be right: this machine's clock, who sets it, and what is known of time zones. */
export async function checkClock({ configuration, signal }: Patient): Promise<readonly Finding[]> {
  const nowMs = Date.now();
  const zones = configuration.units.map(({ id, timezone }) => `${id} ${zonedText(nowMs, timezone)}`);
  const said = zones.join(', ');
  return [
    nowMs < EARLIEST_MS
      ? {
          check: 'clock',
          state: 'fail',
          cause: text(
            `this machine's clock was never set: ${said}`,
            `o relógio deste computador nunca foi acertado: ${said}`,
          ),
          action: SET_IT,
        }
      : { check: 'clock', state: 'ok', cause: text(said, said) },
    ...(await synchronisation(signal)),
    ...timeZoneData(process.versions.tz ?? ''),
  ];
}

const SET_IT = text(
  'switch time synchronisation on (timedatectl set-ntp true), or set the clock',
  'ligue a sincronização da hora (timedatectl set-ntp true) ou acerte o relógio',
);

interface Other {
  readonly whose: Text;
  /** What to do where it is too far away. */
  readonly action: Text;
}

/** Another clock against this machine's: beyond what is trusted one of the two is wrong. */
export function comparedClock(subject: string, skewMs: number, { whose, action }: Other): Finding {
  const seconds = Math.round(skewMs / 1000);
  const cause = text(
    `${whose.en} minus this machine's: ${seconds} s`,
    `${whose['pt-BR']} menos o deste computador: ${seconds} s`,
  );
  return Math.abs(skewMs) > TRUSTED_SKEW_MS
    ? { check: 'clock', state: 'warn', subject, cause, action }
    : { check: 'clock', state: 'ok', subject, cause };
}

/** What systemd says; nothing where there is no systemd to ask. */
async function synchronisation(signal: AbortSignal): Promise<readonly Finding[]> {
  const asked = await promisify(execFile)('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], {
    signal,
    timeout: 5_000,
  }).catch(() => undefined);
  switch (asked?.stdout.trim()) {
    case 'yes':
      return [{ check: 'clock', state: 'ok', subject: 'NTP', cause: text('synchronised', 'sincronizado') }];
    case 'no':
      return [
        {
          check: 'clock',
          state: 'warn',
          subject: 'NTP',
          cause: text('nothing keeps this clock right', 'nada mantém este relógio certo'),
          action: SET_IT,
        },
      ];
    default:
      return [];
  }
}

/** Exported for its test: the data comes with the runtime. */
export function timeZoneData(found: string): readonly Finding[] {
  const cause = text(`time zone data ${found}`, `dados de fuso horário ${found}`);
  if (found >= LEAST_ZONES) return [{ check: 'clock', state: 'ok', subject: 'tzdata', cause }];
  return [
    {
      check: 'clock',
      state: 'fail',
      subject: 'tzdata',
      cause,
      action: text(
        'use the runtime that Giro brings: this one still has Brazilian summer time',
        'use o Node que vem com o Giro: este ainda tem o horário de verão brasileiro',
      ),
    },
  ];
}
