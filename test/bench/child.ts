import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A part of the bench in a process of its own: one question at a time, one answer each. */
export class BenchChild<Question extends Serializable, Answer> implements AsyncDisposable {
  readonly #process: ChildProcess;

  /** `file` is beside this one. */
  constructor(file: string, ...args: readonly string[]) {
    this.#process = fork(fileURLToPath(new URL(file, import.meta.url)), args, { serialization: 'advanced' });
  }

  async ask(question: Question): Promise<Answer> {
    const ended = once(this.#process, 'exit').then(() => {
      throw new Error('a process of the bench ended early');
    });
    const answered = once(this.#process, 'message') as Promise<[Answer]>;
    this.#process.send(question);
    const [answer] = await Promise.race([answered, ended]);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

/** The other end: answers each question in its turn. */
export function answerQuestions<Question, Answer extends Serializable>(
  answer: (question: Question) => Promise<Answer>,
): void {
  process.on('message', (question: Question) => {
    answer(question).then(
      (value) => process.send?.(value),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}

/** Milliseconds of the machine's monotonic clock, the same in all processes. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
