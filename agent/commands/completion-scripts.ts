import type { CompletedCommand, CompletedOption } from './completion-words.ts';

/** A script that bash sources. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  return `# giro completion bash
_giro() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" files="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command \${COMP_WORDS[i]}" in
${choices(commands.filter(({ path }) => path !== '').map(({ path }) => path))}
        command="\${command:+$command }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$command $prev" in
${commands.flatMap(bashValues).join('\n')}
  esac
  case "$command" in
${commands.map(bashWords).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ -n $files && "$cur" != -* ]]; then COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _giro giro
`;
}

/** zsh speaks bash's completion itself. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef giro
autoload -U +X bashcompinit && bashcompinit
${bashCompletion(commands)}`;
}

export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ path, subcommands, options }) => {
    const words = path.split(' ').filter((word) => word !== '');
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const when = fishQuoted(words.length === 0 ? '__fish_use_subcommand' : seen);
    return [
      ...subcommands.map(
        ({ name, description }) => `complete -c giro -f -n ${when} -a ${name} -d ${fishQuoted(description)}`,
      ),
      ...options.map((option) => `complete -c giro -n ${when} ${fishOption(option)}`),
    ];
  });
  return `# giro completion fish\n${lines.join('\n')}\n`;
}

/** Patterns of the words that lead from one command to the next. */
function choices(paths: readonly string[]): string {
  const patterns = paths.map((path) => {
    const words = path.split(' ');
    return `"${words.slice(0, -1).join(' ')} ${words.at(-1)}"`;
  });
  return `      ${patterns.join(' | ')})`;
}

/** What follows an option that has a value. */
function bashValues({ path, options }: CompletedCommand): string[] {
  return options.flatMap(({ flags, values }) => {
    if (values === undefined) return [];
    const pattern = flags.map((flag) => `"${path} ${flag}"`).join(' | ');
    const found =
      values.kind === 'words'
        ? `compgen -W "${values.words.join(' ')}" -- "$cur"`
        : values.kind === 'file'
          ? 'compgen -f -- "$cur"'
          : 'true';
    return [`    ${pattern}) COMPREPLY=($(${found})); return ;;`];
  });
}

function bashWords({ path, subcommands, options, argument }: CompletedCommand): string {
  const words = [
    ...subcommands.map(({ name }) => name),
    ...(argument?.kind === 'words' ? argument.words : []),
    ...options.flatMap(({ flags }) => flags.filter((flag) => flag.startsWith('--'))),
  ];
  const files = argument?.kind === 'file' ? ' files=yes' : '';
  return `    "${path}") words="${words.join(' ')}"${files} ;;`;
}

function fishOption({ flags, description, values }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value =
    values === undefined
      ? '-f'
      : values.kind === 'words'
        ? `-x -a ${fishQuoted(values.words.join(' '))}`
        : values.kind === 'file'
          ? '-r'
          : '-x';
  return `${names.join(' ')} ${value} -d ${fishQuoted(description)}`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
