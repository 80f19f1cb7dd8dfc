import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a part can be asked, by name: what it is given and what it answers. */
type Calls = Record<string, (asked: never) => unknown>;
type Asked<Call> = Call extends (asked: infer Given) => unknown ? Given : never;
type Answered<Call> = Call extends (asked: never) => infer Value ? Awaited<Value> : never;

type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly failure: string });

/** A part of the world around the gateway, in a process of its own so that its time is not ours. */
export class Part<Of extends Calls> implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #asked = 0;

  /** `file` is beside this one; `within` is a command that runs another (`ip netns exec NAME`). */
  constructor(file: string, within: readonly string[] = []) {
    const [program = process.execPath, ...rest] = within;
    this.#process = fork(fileURLToPath(new URL(file, import.meta.url)), {
      serialization: 'advanced',
      execPath: program,
      execArgv: within.length === 0 ? [] : [...rest, process.execPath],
    });
    this.#process.on('message', (answer: Answer) => {
      const caller = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('failure' in answer) caller?.reject(new Error(answer.failure));
      else caller?.resolve(answer.value as never);
    });
    this.#process.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${file} ended`));
    });
  }

  ask<Name extends keyof Of & string>(name: Name, asked: Asked<Of[Name]>): Promise<Answered<Of[Name]>> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, name, asked });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#waiting.clear();
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}

/** The other end. */
export function servePart<Of extends Calls>(calls: Of): void {
  process.on('message', ({ id, name, asked }: { id: number; name: string; asked: never }) => {
    Promise.resolve()
      .then(() => calls[name]?.(asked))
      .then(
        (value) => process.send?.({ id, value } satisfies Answer),
        (error: unknown) => process.send?.({ id, failure: String(error) } satisfies Answer),
      );
  });
}
