import type { Language } from '../../drivers/base/language.ts';
import type { Alarm } from '../events/alarm.ts';

const WORDS = {
  en: {
    title: 'ALARMS',
    none: 'Alarms: none',
    closing: (at: string) => ` (closes at ${at} unless it comes back)`,
  },
  'pt-BR': {
    title: 'ALARMES',
    none: 'Alarmes: nenhum',
    closing: (at: string) => ` (encerra às ${at} se não voltar)`,
  },
} as const satisfies Record<Language, unknown>;

/** Open alarms for a person: since when, what is wrong, and below it what to do. */
export function alarmLines(
  alarms: readonly Alarm[],
  language: Language,
  at: (atMs: number) => string,
): string[] {
  const words = WORDS[language];
  if (alarms.length === 0) return [words.none];
  return [
    words.title,
    ...alarms.flatMap(({ sinceMs, closesAtMs, what, remedy }) => {
      const closing = closesAtMs === undefined ? '' : words.closing(at(closesAtMs));
      return [`! ${at(sinceMs)}  ${what[language]}${closing}`, `  -> ${remedy[language]}`];
    }),
  ];
}
