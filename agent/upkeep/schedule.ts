import { createTask, type ScheduledTask } from 'node-cron';
import type { Logger } from '../../drivers/base/log.ts';

/** Installations that share a network must not all begin in the same second. */
const JITTER_MS = 5 * 60_000;

/** Something that is done again and again. */
export interface Job {
  /** For the log. */
  readonly name: string;
  /** When, in the zone of the unit. */
  readonly cron: string;
  /** Done after a start too: a machine that is off at night never meets the time. */
  readonly isMadeUp: boolean;
  run(): Promise<void>;
}

/** Runs jobs at their times, never one twice at once. A time that the machine slept through is made up for. */
export class Schedule {
  readonly #log: Logger;
  readonly #tasks: ScheduledTask[];
  readonly #jobs: readonly Job[];
  readonly #running = new Map<Job, Promise<void>>();
  #isStopping = false;

  constructor(jobs: readonly Job[], { timezone, log }: { timezone: string; log: Logger }) {
    this.#jobs = jobs;
    this.#log = log;
    this.#tasks = jobs.map((job) => {
      const options = { name: job.name, timezone, noOverlap: true, maxRandomDelay: JITTER_MS, unref: true };
      const task = createTask(job.cron, () => this.#run(job), { ...options, logger: this.#said });
      task.on('execution:missed', () => this.#run(job));
      return task;
    });
  }

  /** When each job is next due, Unix ms; in their order. */
  get nextAtMs(): readonly (number | undefined)[] {
    return this.#tasks.map((task) => task.getNextRun()?.getTime());
  }

  start(): void {
    for (const task of this.#tasks) void task.start();
  }

  /** Does once, one after the other, what is to be made up for. */
  async catchUp(): Promise<void> {
    for (const job of this.#jobs) if (job.isMadeUp) await this.#run(job);
  }

  /** Begins nothing more; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#tasks.map((task) => task.destroy()));
    await Promise.all(this.#running.values());
  }

  #run(job: Job): Promise<void> {
    const before = this.#running.get(job);
    if (before !== undefined) return before;
    const running = job
      .run()
      .catch((error: unknown) => this.#failed(job, error))
      .finally(() => this.#running.delete(job));
    this.#running.set(job, running);
    return running;
  }

  /** A stop takes the journal away from under a job. */
  #failed({ name }: Job, error: unknown): void {
    if (this.#isStopping) this.#log.debug({ err: error, job: name }, 'a job of upkeep was cut off');
    else this.#log.error({ err: error, job: name }, 'a job of upkeep failed');
  }

  /** What node-cron says of itself; it never writes to the console. */
  readonly #said = {
    info: (message: string): void => this.#log.debug({ message }, 'schedule'),
    warn: (message: string): void => this.#log.debug({ message }, 'schedule'),
    error: (message: string | Error): void => this.#log.warn({ err: message }, 'schedule'),
    debug: (message: string | Error): void => this.#log.debug({ err: message }, 'schedule'),
  };
}
