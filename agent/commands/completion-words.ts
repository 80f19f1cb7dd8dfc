import type { Argument, Command, Option } from 'commander';

/** What can follow on a command line. */
type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** A path. */
  | { readonly kind: 'file' }
  /** Something that only a person knows. */
  | { readonly kind: 'other' };

export interface CompletedOption {
  /** `-c`, `--config`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Undefined for an option without a value. */
  readonly values: Values | undefined;
}

export interface CompletedCommand {
  /** `secret rotate`; empty for the program. */
  readonly path: string;
  readonly description: string;
  /** Names and aliases of what is below it. */
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  readonly argument: Values | undefined;
}

/** The program and every command below it, each by its name and by its aliases. */
export function commandsOf(program: Command): readonly CompletedCommand[] {
  return walk(program, '');
}

function walk(command: Command, path: string): CompletedCommand[] {
  const [argument] = command.registeredArguments;
  return [
    {
      path,
      description: command.description(),
      subcommands: command.commands.flatMap((below) =>
        namesOf(below).map((name) => ({ name, description: below.description() })),
      ),
      options: [...command.options.map(completed), HELP],
      argument: argument && valuesOf(argument),
    },
    ...command.commands.flatMap((below) =>
      namesOf(below).flatMap((name) => walk(below, path === '' ? name : `${path} ${name}`)),
    ),
  ];
}

const HELP: CompletedOption = { flags: ['-h', '--help'], description: 'help', values: undefined };

function namesOf(command: Command): string[] {
  return [command.name(), ...command.aliases()];
}

function completed(option: Option): CompletedOption {
  const { short, long, description, required, optional } = option;
  const flags = [short, long].filter((flag) => flag !== undefined);
  return { flags, description, values: required || optional ? valuesOf(option) : undefined };
}

function valuesOf(of: Option | Argument): Values {
  if (of.argChoices !== undefined) return { kind: 'words', words: of.argChoices };
  const name = 'flags' in of ? of.flags : of.name();
  return /\b(file|path|folder)\b/.test(name) ? { kind: 'file' } : { kind: 'other' };
}
