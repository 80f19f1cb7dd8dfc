import { readFileSync } from 'node:fs';
import type { Program } from './e2e/processes.ts';

/** Command line that runs the built program `main` as the package runs its own (`systemd/deb/giro`). */
export function asInstalled(main: string): Program {
  const script = readFileSync(new URL('../systemd/deb/giro', import.meta.url), 'utf8');
  const variables = [...script.matchAll(/^export (MALLOC_\w+=\S+)$/gm)].map(([, variable = '']) => variable);
  const [, flags] = /^exec \S+ (--.*) \S+main\.js/m.exec(script) ?? [];
  if (variables.length === 0 || flags === undefined)
    throw new Error(`unexpected systemd/deb/giro: ${script}`);
  return ['/usr/bin/env', ...variables, process.execPath, ...flags.split(' '), main];
}
