import { BenchChild } from '../child.ts';
import type { ReceiverAnswer, ReceiverQuestion } from '../receiver.ts';
import type { SourceAnswer, SourceQuestion } from '../source.ts';
import type { Setting, System } from '../systems/system.ts';

/** One figure of one run. */
export type Figures = Readonly<Record<string, number>>;

/** What is wanted of the medians; `of` gives the peers' by name. */
export interface Goal {
  readonly text: string;
  met(giro: Figures, peers: Readonly<Record<string, Figures>>): boolean;
}

export interface Workload {
  readonly name: string;
  /** Units by figure, in the order of the table. */
  readonly figures: Readonly<Record<string, string>>;
  readonly goals: readonly Goal[];
  /** Systems that can do it, by name. */
  readonly systems: readonly string[];
  /** One run, in a folder of its own. `scale` shortens it, 1 is whole. */
  run(system: System, folder: string, scale: number): Promise<Figures>;
}

/** Longest pause after which what has not come is lost. */
export const QUIET_MS = 10_000;

/** Source, system and receiver of one run, each a process. */
export class Line implements AsyncDisposable {
  readonly source = new BenchChild<SourceQuestion, SourceAnswer>('source.ts');
  readonly receiver = new BenchChild<ReceiverQuestion, ReceiverAnswer>('receiver.ts');

  /** Begins to receive; answers the port. */
  async listen({ port = 0, delayMs = 0, failing = 0 } = {}): Promise<number> {
    return (await this.receiver.ask({ do: 'listen', port, delayMs, failing })).port;
  }

  async connect(ports: readonly number[]): Promise<void> {
    await this.source.ask({ do: 'connect', ports });
  }

  send(count: number, rate = 0, ack = false): Promise<SourceAnswer> {
    return this.source.ask({ do: 'send', count, rate, ack });
  }

  arrived(events: number, quietMs = QUIET_MS): Promise<ReceiverAnswer> {
    return this.receiver.ask({ do: 'await', events, quietMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.source[Symbol.asyncDispose](), this.receiver[Symbol.asyncDispose]()]);
  }
}

/** Starts a line with its receiver up and its controllers connected. */
export async function startLine(system: System, setting: Omit<Setting, 'receiverPort'>, answers = {}) {
  const line = new Line();
  const receiverPort = await line.listen(answers);
  const running = await system.start({ ...setting, receiverPort });
  await line.connect(running.ports);
  return {
    line,
    running,
    receiverPort,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await line[Symbol.asyncDispose]();
    },
  };
}

/** Events per second between the first of some moments and the last of others. */
export function perSecond(count: number, from: Float64Array, to: Float64Array): number {
  return (count * 1000) / ((to.at(-1) ?? Number.NaN) - (from[0] ?? Number.NaN));
}

/** What every workload tells of its order and losses. */
export function integrity(sent: number, { numbers, inversions }: ReceiverAnswer): Figures {
  return { lost: sent - numbers.length, inversions };
}

export const INTEGRITY = { lost: '', inversions: '' } as const;

export const nothingLost: Goal = {
  text: '0 lost, 0 inversions',
  met: ({ lost, inversions }) => lost === 0 && inversions === 0,
};
