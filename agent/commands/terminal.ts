import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Language } from '../../drivers/base/language.ts';

/** Whether somebody is there who can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks on the terminal; anything but yes is no, Ctrl-C and the end of the input too. */
export async function confirm(question: string, language: Language): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const asked = terminal.question(`${question} [${{ en: 'y/N', 'pt-BR': 's/N' }[language]}] `);
    // Ctrl-C rejects the question, the end of the input leaves it open for ever.
    const unanswered = once(terminal, 'close').then(() => '');
    const answer = await Promise.race([asked.catch(() => ''), unanswered]);
    return /^\s*(y|yes|s|sim)\s*$/i.test(answer);
  } finally {
    terminal.close();
  }
}

/** From so few on nobody needs to be told how far it is. */
const QUIET = 100;
const WIDTH = 30;

/** Shows on stderr how far it is: a bar on a terminal, else one line for each tenth. Nothing up to 100. */
export function progressBar(total: number): (done: number) => void {
  if (total <= QUIET) return () => {};
  if (process.stderr.isTTY !== true) {
    let told = 0;
    return (done) => {
      const tenth = Math.floor((done * 10) / total);
      if (tenth > told) console.error(`${done}/${total}`);
      told = Math.max(told, tenth);
    };
  }
  return (done) => {
    const filled = Math.min(WIDTH, Math.floor((done * WIDTH) / total));
    const bar = '#'.repeat(filled).padEnd(WIDTH, '.');
    process.stderr.write(`\r[${bar}] ${done}/${total}${done >= total ? '\n' : ''}`);
  };
}
