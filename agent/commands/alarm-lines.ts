import type { Language } from '../../drivers/language.ts';
import type { Alarm } from '../journal/records.ts';

const WORDS = {
  en: { title: 'ALARMS', none: 'Alarms: none', over: (at: string) => `(over; closes at ${at})` },
  'pt-BR': {
    title: 'ALARMES',
    none: 'Alarmes: nenhum',
    over: (at: string) => `(resolvido; encerra às ${at})`,
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
    ...alarms.flatMap(({ sinceMs, closesAtMs, what, remedy }) => [
      `! ${at(sinceMs)}  ${what[language]}`,
      `  -> ${closesAtMs === undefined ? remedy[language] : words.over(at(closesAtMs))}`,
    ]),
  ];
}
