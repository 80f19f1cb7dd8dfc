import { spawnSync } from 'node:child_process';

/** Why a command cannot be run here; undefined when it can. */
export function cannot(command: string, ...args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return undefined;
  return `${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`;
}
