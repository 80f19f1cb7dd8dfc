import { Argument, type Command } from 'commander';
import type { DescribeCommand } from './command.ts';
import { bashCompletion, fishCompletion, zshCompletion } from './completion-scripts.ts';
import { commandsOf } from './completion-words.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export const describeCompletion: DescribeCommand = (program: Command) => {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'whose script').choices(Object.keys(SHELLS)))
    .description('prints what makes the shell complete commands, options and their values')
    .option('--json', 'prints {shell, script}')
    .addHelpText(
      'after',
      `
Examples:
  giro completion bash > /etc/bash_completion.d/giro
  giro completion zsh > "\${fpath[1]}/_giro"
  giro completion fish > ~/.config/fish/completions/giro.fish`,
    )
    .action((shell: keyof typeof SHELLS, { json = false }: { json?: boolean }) => {
      const script = SHELLS[shell](commandsOf(program));
      process.stdout.write(json ? `${JSON.stringify({ shell, script })}\n` : script);
    });
};
