import { GiroError } from '../../drivers/base/errors.ts';
import type { Language, Text } from '../../drivers/base/language.ts';

/** Where something stands in the file; both count from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What is wrong and, if there is more to say than fits one line, what to do about it. */
export interface Problem {
  readonly message: Text;
  readonly help?: Text | undefined;
}

/** One mistake of a configuration file. */
export interface Mistake extends Place, Problem {
  /** The file as the user named it. */
  readonly path: string;
}

/** Every mistake of one file at once, in the order of the file. */
export class ConfigurationError extends GiroError {
  readonly mistakes: readonly Mistake[];
  /** The file's `agent.language` if that much could be read, else the locale's. */
  readonly language: Language;
  /** The journal's folder, absolute, as far as the file tells. */
  readonly data: string;

  constructor(mistakes: readonly Mistake[], language: Language, data: string) {
    super('CONFIG_INVALID', `mistakes in ${mistakes[0]?.path}: ${mistakes.length}`);
    this.name = 'ConfigurationError';
    this.mistakes = mistakes;
    this.language = language;
    this.data = data;
  }
}

/** `config/giro.yaml:14:13` */
export function placeText({ path, line, column }: Mistake): string {
  return `${path}:${line}:${column}`;
}

/** `config/giro.yaml:14:13: driver "henri" is unknown; did you mean "henry"?`, the help indented below it. */
export function formatMistakes(mistakes: readonly Mistake[], language: Language): string {
  return mistakes
    .map((mistake) => {
      const { message, help } = mistake;
      const first = `${placeText(mistake)}: ${message[language]}`;
      return help === undefined ? first : `${first}\n  ${help[language]}`;
    })
    .join('\n');
}

export function text(en: string, ptBr: string): Text {
  return { en, 'pt-BR': ptBr };
}
