import type { Language, Text } from '../../drivers/language.ts';
import { drivers } from '../../drivers/registry.ts';
import { confirm } from '../commands/terminal.ts';
import { type Answers, problemWith } from './answers.ts';
import type { FoundDevice } from './finder.ts';

interface Asking {
  /** What is taken when Enter is pressed. */
  readonly usual: Answers;
  /** What was said on the command line, and is not asked. */
  readonly given: Partial<Answers>;
  /** Where the file will be. */
  readonly path: string;
  readonly devices: Promise<readonly FoundDevice[]>;
}

const QUESTIONS = {
  name: { en: 'Name of this installation', 'pt-BR': 'Nome desta instalação' },
  unit: {
    en: 'Short name of the unit (small letters, digits, hyphens)',
    'pt-BR': 'Nome curto da unidade (minúsculas, algarismos, hifens)',
  },
  unitName: { en: 'Name of the unit', 'pt-BR': 'Nome da unidade' },
  company: {
    en: 'Company number in the management system (empresa)',
    'pt-BR': 'Número da empresa no sistema de gestão',
  },
  timezone: { en: 'Time zone', 'pt-BR': 'Fuso horário' },
  turnstile: { en: 'Short name of the turnstile', 'pt-BR': 'Nome curto da catraca' },
  driver: { en: 'Driver', 'pt-BR': 'Driver' },
  connect: { en: 'Address of the turnstile', 'pt-BR': 'Endereço da catraca' },
  pattern: { en: 'Pattern of a line', 'pt-BR': 'Padrão de uma linha' },
  url: {
    en: 'URL of the webhook (empty: none yet)',
    'pt-BR': 'URL do webhook (vazio: nenhum ainda)',
  },
  webhook: { en: 'Short name of the webhook', 'pt-BR': 'Nome curto do webhook' },
} as const satisfies Partial<Record<keyof Answers, Text>>;

const OTHER: Text = { en: 'another address', 'pt-BR': 'outro endereço' };
const ALLOW: Text = {
  en: 'This URL needs a permission (http: not encrypted; loopback: this machine)',
  'pt-BR': 'Esta URL precisa de permissão (http: sem criptografia; loopback: esta máquina)',
};

/** On stderr: what a command prints for programs is on stdout. */
const CONTEXT = { output: process.stderr };

/** Asks a person for what nobody has said yet, each answer judged as the file would be. Undefined: given up. */
export async function askAnswers(asking: Asking): Promise<Answers | undefined> {
  try {
    return await askEach(asking);
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') return undefined; // Ctrl-C
    throw error;
  }
}

async function askEach({ usual, given, path, devices }: Asking): Promise<Answers> {
  const { input, select } = await import('@inquirer/prompts');
  let answers: Answers = { ...usual, ...given };
  const language: Language =
    given.language ??
    (await select(
      {
        message: 'Idioma / Language',
        choices: [
          { name: 'Português', value: 'pt-BR' as const },
          { name: 'English', value: 'en' as const },
        ],
        default: usual.language,
        theme: NO_TIP,
      },
      CONTEXT,
    ));
  answers = { ...answers, language };

  const text = async (field: keyof typeof QUESTIONS): Promise<void> => {
    if (given[field] !== undefined) return;
    const read = (value: string) => ({
      ...answers,
      [field]: field === 'company' ? Number(value) : value.trim(),
    });
    const value = await input(
      {
        message: QUESTIONS[field][language],
        default: String(answers[field]),
        validate(entered) {
          // Which permissions a URL needs is asked after it.
          const { message, help } =
            problemWith({ ...read(entered), allow: ['http', 'loopback'] }, path) ?? {};
          if (message === undefined) return true;
          return help === undefined ? message[language] : `${message[language]} (${help[language]})`;
        },
      },
      CONTEXT,
    );
    answers = read(value);
  };

  for (const field of ['name', 'unit', 'unitName', 'company', 'timezone', 'turnstile'] as const)
    await text(field);
  if (given.driver === undefined) {
    const choices = drivers.map(({ name }) => ({ name, value: name }));
    const driver = await select(
      { message: QUESTIONS.driver[language], choices, default: answers.driver, theme: NO_TIP },
      CONTEXT,
    );
    answers = { ...answers, driver, connect: usualAddress(driver, answers) };
  }
  const fitting = (await devices).filter(({ kind, driver }) => isFor(answers.driver, kind, driver));
  if (given.connect === undefined && fitting.length > 0) {
    const choices = [
      ...fitting.map(({ connect, label }) => ({ name: label, value: connect })),
      { name: OTHER[language], value: '' },
    ];
    const connect = await select({ message: QUESTIONS.connect[language], choices, theme: NO_TIP }, CONTEXT);
    if (connect === '') await text('connect');
    else answers = { ...answers, connect };
  } else {
    await text('connect');
  }
  if (answers.driver === 'lines') await text('pattern');
  for (let isAllowed = false; !isAllowed; ) {
    await text('url');
    const needed = given.allow ?? neededPermissions(answers, path);
    isAllowed =
      given.allow !== undefined ||
      needed.length === 0 ||
      (await confirm(`${ALLOW[language]}: allow: [${needed.join(', ')}]?`, language));
    answers = { ...answers, allow: needed };
  }
  if (answers.url !== '') await text('webhook');
  return answers;
}

/** The least of `allow` with which the loader takes the URL. */
function neededPermissions(answers: Answers, path: string): Answers['allow'] {
  const candidates: readonly Answers['allow'][] = [[], ['http'], ['loopback'], ['http', 'loopback']];
  return candidates.find((allow) => problemWith({ ...answers, allow }, path) === undefined) ?? [];
}

function isFor(name: string, kind: FoundDevice['kind'], driver: string | undefined): boolean {
  if (driver !== undefined) return driver === name;
  return drivers.find((each) => each.name === name)?.links.includes(kind) ?? false;
}

/** The address so far, at the port that devices of this driver have. */
function usualAddress(name: string, { driver, connect }: Answers): string {
  if (name === driver) return connect;
  const port = drivers.find((each) => each.name === name)?.defaultPort ?? 9001;
  return `tcp://192.168.0.200:${port}`;
}

/** The tip is English only, and arrow keys explain themselves. */
const NO_TIP = { style: { keysHelpTip: () => undefined } };
