import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { findConfiguration } from '../../config/load.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Language } from '../../drivers/base/language.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { PASSPHRASE_OPTION, readPassphrase } from './passphrase.ts';
import { sizeText } from './texts.ts';

interface Options {
  readonly config?: string;
  readonly passphraseFile?: string;
  readonly undo?: boolean;
  readonly json?: boolean;
}

/** Where an imported configuration goes when nobody says where. */
const USUAL_PATH = 'config/giro.yaml';

export const describeExport: DescribeCommand = (program: Command) => {
  program
    .command('export')
    .argument('[file]', 'where to, such as /mnt/usb/giro.age')
    .description('packs the whole installation, encrypted, to move it to another machine; it ends here')
    .option(...CONFIG_OPTION)
    .option(...PASSPHRASE_OPTION)
    .option('--undo', 'lets an installation run here again that was exported and never imported')
    .option('--json', 'prints {file, bytes, files, variables}; with --undo {undone}')
    .addHelpText(
      'after',
      `
Queue, places in the devices' memories, key, identity, configuration and secret
files go along. Stop the gateway first.
Examples:
  giro export /mnt/usb/giro.age
  giro export --undo`,
    )
    .action(exportAll);
};

export const describeImport: DescribeCommand = (program: Command, language: Language) => {
  program
    .command('import')
    .argument('<file>', 'what giro export wrote')
    .description('puts an exported installation in place on this machine')
    .option('-c, --config <file>', `where its configuration goes (default: GIRO_CONFIG, ${USUAL_PATH})`)
    .option(...PASSPHRASE_OPTION)
    .option('--json', 'prints {config, data, kept?, files: [{path, kept?}]}')
    .addHelpText('after', '\nExample:\n  giro import /mnt/usb/giro.age --config /etc/giro/giro.yaml')
    .action((file: string, options: Options) => importAll(file, options, language));
};

const WORDS = {
  en: {
    exported: (file: string, size: string) =>
      `${file} (${size}): made and checked. Giro does not run here any more.`,
    files: 'it holds',
    variables: 'set these variables on the new machine, they are not in it',
    next: (file: string) => `Next, on the new machine: giro import ${file}, then start the gateway.`,
    undone: 'This installation runs here again. Never import that export now.',
    notMoved: 'this installation was not exported',
    imported: (data: string, config: string) => `${data} and ${config} are in place; nothing is sent twice.`,
    kept: (path: string) => `what was there is kept as ${path}`,
    start: 'Next: giro check, then start the gateway.',
  },
  'pt-BR': {
    exported: (file: string, size: string) =>
      `${file} (${size}): feito e verificado. O Giro não roda mais aqui.`,
    files: 'contém',
    variables: 'defina estas variáveis no computador novo, elas não vão junto',
    next: (file: string) =>
      `Próximo passo, no computador novo: giro import ${file} e depois inicie o gateway.`,
    undone: 'Esta instalação volta a rodar aqui. Não importe mais aquela exportação.',
    notMoved: 'esta instalação não foi exportada',
    imported: (data: string, config: string) =>
      `${data} e ${config} estão no lugar; nada é enviado duas vezes.`,
    kept: (path: string) => `o que havia antes está guardado como ${path}`,
    start: 'Próximo passo: giro check e depois inicie o gateway.',
  },
} as const satisfies Record<Language, object>;

async function exportAll(file: string | undefined, options: Options): Promise<void> {
  const { configuration } = await openConfiguration(options.config);
  const { data, language } = configuration.agent;
  const words = WORDS[language];
  if (options.undo) {
    const { takeMovedBack } = await import('../journal/moved.ts');
    const undone = takeMovedBack(data);
    if (options.json) console.log(JSON.stringify({ undone }));
    else console.log(undone ? words.undone : words.notMoved);
    return;
  }
  if (file === undefined) throw new GiroError('USAGE', 'say where to: giro export FILE');
  if (existsSync(file)) throw new GiroError('USAGE', `${file} is there already`);
  const { exportInstallation } = await import('./moving/export.ts');
  const passphrase = await readPassphrase(options.passphraseFile, language, true);
  const exported = await exportInstallation(configuration, file, passphrase, Date.now());
  if (options.json) {
    console.log(JSON.stringify({ file, ...exported }));
    return;
  }
  console.log(words.exported(file, sizeText(exported.bytes)));
  console.log(`${words.files}: ${exported.files.join(', ')}`);
  if (exported.variables.length > 0) console.log(`${words.variables}: ${exported.variables.join(', ')}`);
  console.error(words.next(file));
}

async function importAll(source: string, options: Options, language: Language): Promise<void> {
  const argument = options.config ?? (process.env.GIRO_CONFIG || undefined);
  const found = argument === undefined ? findConfiguration({ env: {}, cwd: process.cwd() })?.path : argument;
  const configPath = found ?? USUAL_PATH;
  const { importInstallation } = await import('./moving/import.ts');
  const passphrase = await readPassphrase(options.passphraseFile, language, false);
  const order = { source, passphrase, configPath, env: process.env, nowMs: Date.now() };
  const { data, aside, files } = await importInstallation(order);
  if (options.json) {
    console.log(JSON.stringify({ config: configPath, data, kept: aside, files }));
    return;
  }
  const words = WORDS[language];
  console.log(words.imported(data, configPath));
  for (const { kept } of files) if (kept !== undefined) console.log(words.kept(kept));
  if (aside !== undefined) console.log(words.kept(`${data}/${aside}`));
  console.error(words.start);
}
