import type { Language } from '../../drivers/base/language.ts';

/** The language of the locale in the environment (POSIX precedence): Portuguese for pt*, else English. */
export function localeLanguage(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return /^pt/i.test(locale) ? 'pt-BR' : 'en';
}
