import type { Language } from '../../drivers/base/language.ts';

/** Of the commands that act on one webhook, none of which takes anything out of its queue. */
export const DRY_RUN_OPTION = ['--dry-run', 'only says how many events wait'] as const;

/** What the command is about to bear on, on stderr: the outcome alone is on stdout. */
export function sayWaiting(webhook: string, pending: number, language: Language): void {
  console.error(
    { en: `Waiting for ${webhook}: ${pending}`, 'pt-BR': `Na fila de ${webhook}: ${pending}` }[language],
  );
}
