import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Language } from '../../drivers/base/language.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { confirm, isInteractive } from './terminal.ts';
import { sizeText } from './texts.ts';

interface Options {
  readonly config?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export const describeBackup: DescribeCommand = (program: Command) => {
  program
    .command('backup')
    .argument('[file]', 'where to; default giro-<date>-<time>.backup in this folder')
    .description('copies journal and identity into one file, also while the gateway runs, and checks it')
    .option(...CONFIG_OPTION)
    .option('--json', 'prints {file, bytes}')
    .addHelpText(
      'after',
      `
The file holds every event and the key of the hashes: keep it as safe as the
machine itself.
Example:
  giro backup /mnt/usb/giro.backup`,
    )
    .action(backup);
};

export const describeRestore: DescribeCommand = (program: Command) => {
  program
    .command('restore')
    .argument('<file>', 'a file that giro backup or the gateway made')
    .description('puts a backup in the place of the journal; the gateway must be stopped')
    .option(...CONFIG_OPTION)
    .option('-y, --yes', 'does not ask')
    .option('--json', 'prints {data, kept?}: the data folder, and the folder in it with what was there')
    .addHelpText('after', '\nExample:\n  giro restore data/backups/giro-20261125-061500.backup')
    .action(restore);
};

const WORDS = {
  en: {
    made: (file: string, size: string) => `${file} (${size}): made and checked`,
    asked: (data: string) => `Replace the journal in ${data}?`,
    nothing: 'nothing changed',
    restored: (data: string) => `${data} has the journal of the backup.`,
    kept: (folder: string) => `What was there is kept in ${folder}.`,
    next: 'Next: start the gateway. What was delivered since the backup is sent again with the same id where the device still has it; receivers drop it by its id. Numbers (sequencia) go on from the backup.',
  },
  'pt-BR': {
    made: (file: string, size: string) => `${file} (${size}): feito e verificado`,
    asked: (data: string) => `Substituir o diário em ${data}?`,
    nothing: 'nada mudou',
    restored: (data: string) => `${data} tem o diário do backup.`,
    kept: (folder: string) => `O que havia antes está guardado em ${folder}.`,
    next: 'Próximo passo: inicie o gateway. O que foi entregue depois do backup é reenviado com o mesmo id se o equipamento ainda o tiver; os destinos o reconhecem pelo id. A numeração (sequencia) segue a do backup.',
  },
} as const satisfies Record<Language, object>;

async function backup(file: string | undefined, { config, json }: Options): Promise<void> {
  const { configuration } = await openConfiguration(config);
  const [{ makeBackup }, { identityFiles, stampOf }] = await Promise.all([
    import('../journal/backup.ts'),
    import('../upkeep/backups.ts'),
  ]);
  const { data, language } = configuration.agent;
  const target = file ?? `giro-${stampOf(Date.now())}.backup`;
  if (existsSync(target)) throw new GiroError('USAGE', `${target} is there already`);
  const { bytes } = await makeBackup({ folder: data, target, files: identityFiles(data) });
  console.log(
    json ? JSON.stringify({ file: resolve(target), bytes }) : WORDS[language].made(target, sizeText(bytes)),
  );
}

async function restore(file: string, { config, yes, json }: Options): Promise<void> {
  const { configuration } = await openConfiguration(config);
  const [{ openBackup }, { replaceJournal }, { stampOf }, { IDENTITY_FILE }, { MOVED_NOTE }, { isOwned }] =
    await Promise.all([
      import('../journal/backup.ts'),
      import('../journal/restore.ts'),
      import('../upkeep/backups.ts'),
      import('../events/identity.ts'),
      import('../journal/moved.ts'),
      import('../journal/lock.ts'),
    ]);
  const { data, language } = configuration.agent;
  const words = WORDS[language];
  if (isOwned(data)) throw new GiroError('JOURNAL_LOCKED', `a gateway runs on ${data}`);
  const carried = openBackup(file);
  if (!yes) {
    if (!isInteractive())
      throw new GiroError('USAGE', 'this is no terminal where you can be asked: add --yes');
    if (!(await confirm(words.asked(data), language))) return console.error(words.nothing);
  }
  const files = new Map([...carried].filter(([name]) => name === IDENTITY_FILE));
  const stamp = stampOf(Date.now());
  const kept = replaceJournal({ folder: data, backup: file, files, obsolete: [MOVED_NOTE], stamp });
  if (json) {
    console.log(JSON.stringify({ data, kept }));
    return;
  }
  console.log(words.restored(data));
  if (kept !== undefined) console.log(words.kept(`${data}/${kept}`));
  console.error(words.next);
}
