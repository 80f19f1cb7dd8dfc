import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { ConfigurationError } from '../../config/check/mistakes.ts';
import { findConfiguration, loadConfiguration } from '../../config/load.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Language, Text } from '../../drivers/base/language.ts';
import { drivers } from '../../drivers/registry.ts';
import { paint } from './colour.ts';
import type { DescribeCommand } from './command.ts';
import { defaultConfiguration } from './configuration.ts';
import { answersOf, problemWith, usualAnswers } from './init/answers.ts';
import type { Answers } from './init/compose.ts';
import { composeConfiguration } from './init/compose.ts';
import { diffLines } from './init/diff.ts';
import { writeConfiguration, writeSecretOnce } from './init/files.ts';
import { giroText } from './invocation.ts';
import { integerOption } from './options.ts';
import { newSecret } from './secret.ts';
import { confirm, isInteractive } from './terminal.ts';
import { tableText } from './texts.ts';

interface InitOptions extends Partial<Answers> {
  readonly config?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export const describeInit: DescribeCommand = (program: Command) => {
  program
    .command('init')
    .description(
      'writes a configuration file and a secret, by asking or from options; never over a file without a yes',
    )
    .option(
      '-c, --config <file>',
      'file to write (default: the one in use, else config/giro.yaml or /etc/giro/giro.yaml)',
    )
    .addOption(new Option('--language <language>', 'language of messages').choices(['pt-BR', 'en']))
    .option('--name <name>', 'name of this installation')
    .option('--unit <id>', 'short name of the unit')
    .option('--unit-name <name>', 'name of the unit')
    .option(
      '--company <number>',
      'number of the company in the management system',
      integerOption(1, 2_147_483_647),
    )
    .option('--timezone <zone>', 'IANA time zone of the unit, such as America/Sao_Paulo')
    .option('--turnstile <id>', 'short name of the turnstile')
    .addOption(new Option('--driver <driver>', 'what it speaks').choices(drivers.map(({ name }) => name)))
    .option(
      '--connect <address>',
      'how it is reached: tcp://HOST:PORT, tcp-listen://0.0.0.0:PORT, serial:///dev/ttyUSB0',
    )
    .option('--pattern <regexp>', 'of the driver lines: how a line reads')
    .option('--webhook <id>', 'short name of the webhook')
    .option('--url <url>', 'where events are posted')
    .addOption(
      new Option('--allow <what...>', 'permissions that the URL needs').choices(['http', 'loopback']),
    )
    .option('-y, --yes', 'does not ask before it replaces a file; the difference is still shown')
    .option('--json', 'prints {config, secretFile?, replaced}')
    .addHelpText(
      'after',
      `
On a terminal it asks for what no option says; elsewhere --driver and --connect must be given.
Examples:
  giro init
  giro init --unit centro --company 1 --driver henry --connect tcp://192.168.0.200:3000 --url https://crm.example.com/catraca`,
    )
    .action(init);
};

async function init(options: InitOptions): Promise<void> {
  const { config, yes = false, json = false, ...given } = options;
  const path = targetOf(config);
  const answers = await answersFor(path, given);
  if (answers === undefined) return refused(given.language ?? 'pt-BR');
  const { language } = answers;
  const secretFile = answers.url === '' ? undefined : join(dirname(path), `${answers.webhook}.secret`);
  const yaml = composeConfiguration(answers, `\${file:./${answers.webhook}.secret}`);
  const replaced = existsSync(path);
  if (replaced && !(await mayReplace(path, yaml, { yes, language }))) {
    return refused(language);
  }
  await write(path, yaml, secretFile);
  if (json) console.log(JSON.stringify({ config: path, secretFile, replaced }));
  else console.log(nextSteps(path, secretFile, answers));
}

/** The file to write: the one that commands find, else where they would look first. */
function targetOf(argument: string | undefined): string {
  const { env } = process;
  const named = argument ?? (env.GIRO_CONFIG || undefined);
  return named ?? findConfiguration({ env, cwd: process.cwd() })?.path ?? defaultConfiguration();
}

function refused(language: Language): void {
  process.exitCode = 1;
  console.error(NOTHING_WRITTEN[language]);
}

/** Undefined when somebody was asked and ended it (Ctrl-C). */
async function answersFor(path: string, given: Partial<Answers>): Promise<Answers | undefined> {
  const before = existsSync(path) ? await answersBefore(path) : {};
  // Portuguese first: most of those who install it read nothing else.
  const usual = { ...usualAnswers(given.language ?? before.language ?? 'pt-BR'), ...before };
  if (isInteractive()) {
    const [{ askAnswers }, { findTurnstiles }] = await Promise.all([
      import('./init/questions.ts'),
      import('./init/finder.ts'),
    ]);
    // It looks around while the first questions are answered.
    const looking = given.connect === undefined ? findTurnstiles(console.error) : [];
    const devices = Promise.resolve(looking).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error)); // the address is typed then
      return [];
    });
    return askAnswers({ usual, given, path, devices });
  }
  const missing = (['driver', 'connect'] as const).filter(
    (name) => (given[name] ?? before[name]) === undefined,
  );
  if (missing.length > 0) {
    const list = missing.map((name) => `--${name}`).join(', ');
    throw new GiroError('USAGE', `this is no terminal where you can be asked: add ${list}`);
  }
  const answers = { ...usual, ...given };
  const problem = problemWith(answers, path);
  if (problem === undefined) return answers;
  const { message, help } = problem;
  throw new GiroError('USAGE', message[answers.language], help && { hint: help[answers.language] });
}

/** What a file that is there says; nothing where it has mistakes, which is why it is made anew. */
async function answersBefore(path: string): Promise<Partial<Answers>> {
  try {
    return answersOf(await loadConfiguration(path, { env: process.env }));
  } catch (error) {
    if (error instanceof ConfigurationError) return {};
    throw error;
  }
}

/** Shows what would change, and asks. */
async function mayReplace(
  path: string,
  yaml: string,
  { yes, language }: { readonly yes: boolean; readonly language: Language },
): Promise<boolean> {
  const changes = diffLines(readFileSync(path, 'utf8'), yaml);
  for (const { kind, text } of changes) console.error(DIFF[kind](text));
  if (yes || changes.length === 0) return true;
  if (isInteractive()) return confirm(`${path}: ${REPLACE[language]}`, language);
  throw new GiroError('USAGE', `${path} is there already: add --yes to replace it as shown`);
}

const DIFF = {
  same: (text: string) => `  ${text}`,
  removed: (text: string) => paint('red', `- ${text}`, process.stderr),
  added: (text: string) => paint('green', `+ ${text}`, process.stderr),
  gap: () => '  ...',
} as const;

/** The secret first: the loader, which has the last word, must find it. */
async function write(path: string, yaml: string, secretFile: string | undefined): Promise<void> {
  const isFresh = secretFile !== undefined && writeSecretOnce(secretFile, newSecret());
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  writeConfiguration(path, yaml);
  try {
    await loadConfiguration(path, { env: process.env });
  } catch (error) {
    if (before === undefined) rmSync(path);
    else writeConfiguration(path, before);
    if (isFresh) rmSync(secretFile);
    throw error;
  }
}

const NOTHING_WRITTEN: Text = { en: 'nothing was written', 'pt-BR': 'nada foi gravado' };
const REPLACE: Text = { en: 'replace it as shown?', 'pt-BR': 'substituir como mostrado?' };

const STEPS = {
  en: {
    written: 'Written',
    secret: 'for its owner only',
    next: 'Next:',
    check: 'checks the file',
    run: 'starts the gateway, where it is no service',
    watch: 'shows what the turnstile sends',
    calibrate: 'tells whether entry and exit are right',
    test: 'sends a signed test event',
    show: 'shows the secret, for the integrator',
  },
  'pt-BR': {
    written: 'Gravado',
    secret: 'só o dono lê',
    next: 'Agora:',
    check: 'confere o arquivo',
    run: 'inicia o gateway, onde não é serviço',
    watch: 'mostra o que a catraca envia',
    calibrate: 'diz se entrada e saída estão certas',
    test: 'envia um evento de teste assinado',
    show: 'mostra o segredo, para o integrador',
  },
} as const satisfies Record<Language, Record<string, string>>;

function nextSteps(
  path: string,
  secretFile: string | undefined,
  { language, turnstile, webhook }: Answers,
): string {
  const says = STEPS[language];
  const found = findConfiguration({ env: process.env, cwd: process.cwd() })?.path;
  const giro = (...args: string[]): string =>
    giroText(...args, ...(found === path ? [] : ['--config', path]));
  return [
    `${says.written}: ${path}`,
    ...(secretFile === undefined ? [] : [`${says.written}: ${secretFile} (0600, ${says.secret})`]),
    '',
    says.next,
    tableText([
      [`  ${giro('check')}`, says.check],
      [`  ${giro('run')}`, says.run],
      [`  ${giro('watch', turnstile)}`, says.watch],
      [`  ${giro('watch', turnstile, '--calibrate')}`, says.calibrate],
      ...(secretFile === undefined
        ? []
        : [
            [`  ${giro('test', webhook)}`, says.test],
            [`  ${giro('secret', 'show', webhook)}`, says.show],
          ]),
    ]),
  ].join('\n');
}
