import type { Language } from '../../drivers/base/language.ts';

const UNITS = [
  { ms: 86_400_000, en: 'd', 'pt-BR': 'd' },
  { ms: 3_600_000, en: 'h', 'pt-BR': 'h' },
  { ms: 60_000, en: 'min', 'pt-BR': 'min' },
  { ms: 1_000, en: 's', 'pt-BR': 's' },
] as const;

/** A length of time in its two largest units: `2 d 3 h`, `12 min`, `0 s`. */
export function spanText(spanMs: number, language: Language): string {
  const first = UNITS.findIndex(({ ms }) => spanMs >= ms);
  if (first === -1) return '0 s';
  let rest = spanMs;
  const parts = UNITS.slice(first, first + 2).flatMap((unit) => {
    const count = Math.floor(rest / unit.ms);
    rest -= count * unit.ms;
    return count === 0 ? [] : [`${count} ${unit[language]}`];
  });
  return parts.join(' ');
}
