import type { Language, Text } from '../../../drivers/base/language.ts';
import { drivers } from '../../../drivers/registry.ts';
import { confirm } from '../terminal.ts';
import { problemWith } from './answers.ts';
import type { Answers } from './compose.ts';
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
  const interview = new Interview(asking, await import('@inquirer/prompts'));
  try {
    return await interview.hold();
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') return undefined; // Ctrl-C
    throw error;
  }
}

type Prompts = Pick<typeof import('@inquirer/prompts'), 'input' | 'select'>;

class Interview {
  readonly #asking: Asking;
  readonly #prompts: Prompts;
  /** So far. */
  #answers: Answers;

  constructor(asking: Asking, prompts: Prompts) {
    this.#asking = asking;
    this.#prompts = prompts;
    this.#answers = { ...asking.usual, ...asking.given };
  }

  async hold(): Promise<Answers> {
    await this.#askLanguage();
    for (const field of ['name', 'unit', 'unitName', 'company', 'timezone', 'turnstile'] as const) {
      await this.#askText(field);
    }
    await this.#askDriver();
    await this.#askAddress();
    if (this.#answers.driver === 'lines') await this.#askText('pattern');
    await this.#askUrl();
    if (this.#answers.url !== '') await this.#askText('webhook');
    return this.#answers;
  }

  async #askLanguage(): Promise<void> {
    if (this.#asking.given.language !== undefined) return;
    const language = await this.#choose<Language>('Idioma / Language', this.#answers.language, [
      { name: 'Português', value: 'pt-BR' },
      { name: 'English', value: 'en' },
    ]);
    this.#answers = { ...this.#answers, language };
  }

  async #askText(field: keyof typeof QUESTIONS): Promise<void> {
    if (this.#asking.given[field] !== undefined) return;
    const { language } = this.#answers;
    const read = (value: string): Answers => ({
      ...this.#answers,
      [field]: field === 'company' ? Number(value) : value.trim(),
    });
    const validate = (entered: string): string | true => {
      // Which permissions a URL needs is asked after it.
      const judged: Answers = { ...read(entered), allow: ['http', 'loopback'] };
      const { message, help } = problemWith(judged, this.#asking.path) ?? {};
      if (message === undefined) return true;
      return help === undefined ? message[language] : `${message[language]} (${help[language]})`;
    };
    const message = QUESTIONS[field][language];
    const usual = String(this.#answers[field]);
    this.#answers = read(await this.#prompts.input({ message, default: usual, validate }, CONTEXT));
  }

  async #askDriver(): Promise<void> {
    if (this.#asking.given.driver !== undefined) return;
    const choices = drivers.map(({ name }) => ({ name, value: name }));
    const { language, driver: usual } = this.#answers;
    const driver = await this.#choose(QUESTIONS.driver[language], usual, choices);
    this.#answers = { ...this.#answers, driver, connect: usualAddress(driver, this.#answers) };
  }

  /** Offers what was found; else, or for another, an address is typed. */
  async #askAddress(): Promise<void> {
    const { language, driver } = this.#answers;
    const found = await this.#asking.devices;
    const fitting = found.filter((device) => isFor(driver, device));
    if (this.#asking.given.connect !== undefined || fitting.length === 0) return this.#askText('connect');
    const choices = fitting.map(({ connect, label }) => ({ name: label, value: connect }));
    const other = { name: OTHER[language], value: '' };
    const connect = await this.#choose(QUESTIONS.connect[language], choices[0]?.value ?? '', [
      ...choices,
      other,
    ]);
    if (connect === '') return this.#askText('connect');
    this.#answers = { ...this.#answers, connect };
  }

  /** A URL that needs permissions is asked for again until they are given, or it needs none. */
  async #askUrl(): Promise<void> {
    const { language } = this.#answers;
    const { given, path } = this.#asking;
    for (;;) {
      await this.#askText('url');
      if (given.allow !== undefined) return;
      const allow = neededPermissions(this.#answers, path);
      const question = `${ALLOW[language]}: allow: [${allow.join(', ')}]?`;
      if (allow.length === 0 || (await confirm(question, language))) {
        this.#answers = { ...this.#answers, allow };
        return;
      }
      if (given.url !== undefined) return; // the loader refuses it, and says why
    }
  }

  #choose<Value extends string>(
    message: string,
    usual: Value,
    choices: readonly { readonly name: string; readonly value: Value }[],
  ): Promise<Value> {
    return this.#prompts.select({ message, choices, default: usual, theme: NO_TIP }, CONTEXT);
  }
}

/** The least of `allow` with which the loader takes the URL. */
function neededPermissions(answers: Answers, path: string): Answers['allow'] {
  const candidates: readonly Answers['allow'][] = [[], ['http'], ['loopback'], ['http', 'loopback']];
  return candidates.find((allow) => problemWith({ ...answers, allow }, path) === undefined) ?? [];
}

function isFor(name: string, { kind, driver }: FoundDevice): boolean {
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
