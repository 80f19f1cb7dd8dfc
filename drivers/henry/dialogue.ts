import { GiroError } from '../base/errors.ts';
import type { TurnstileContext } from '../contract/driver.ts';
import { encodeFrame } from './codec.ts';
import { Ear, UNFINISHED_MS } from './ear.ts';
import { formatMessage, isRefusal, type Message } from './messages.ts';

/** Silence after which a command is sent once more, and after that the device given up (henry.md 2). */
const ANSWER_MS = 5000;

interface Wait {
  readonly hear: (message: Message) => void;
  readonly cancel: () => void;
}

/**
 * Both directions of one connection: hears whatever comes, and asks one question at a time. Neither waits for the
 * other, so that what the device pushes is handled at once also while an answer is due or a commit takes its time.
 */
export class Dialogue {
  readonly #context: Pick<TurnstileContext<unknown>, 'link' | 'clock'>;
  readonly #ear: Ear;
  readonly #waits = new Set<Wait>();
  #hasHeardMessage = false;
  #hasEnded = false;
  #commands = 0;
  /** Resolves when the question before has its answer. */
  #before: Promise<unknown> = Promise.resolve();
  /** Indexes of an earlier question, sent twice, to which one more answer may come late. */
  #overdue: readonly string[] = [];

  constructor(context: Pick<TurnstileContext<unknown>, 'link' | 'clock' | 'log'>, maxFrameBytes: number) {
    this.#context = context;
    this.#ear = new Ear(maxFrameBytes, context.log);
  }

  get hasHeardMessage(): boolean {
    return this.#hasHeardMessage;
  }

  /** Hands every message to `handle`, in order, until the link ends. */
  async listen(handle: (message: Message) => Promise<void>): Promise<void> {
    for (;;) {
      const read = await this.#context.link.read(this.#ear.isWaiting ? { silenceMs: UNFINISHED_MS } : {});
      if (read === 'end') return;
      for (const message of read === 'silence' ? this.#ear.giveUp() : this.#ear.hear(read)) {
        this.#hasHeardMessage = true;
        await handle(message);
        for (const wait of [...this.#waits]) wait.hear(message);
      }
    }
  }

  /** Asks until it is answered, at most twice. Throws DEVICE_SILENT, DEVICE_UNSUPPORTED when only noise comes. */
  ask(command: string, data?: string, version = '00'): Promise<Message> {
    const answer = this.#before.then(() => this.#ask({ command, status: version, ...(data && { data }) }));
    this.#before = answer.catch(() => {});
    return answer;
  }

  send(message: Message): Promise<void> {
    return this.#context.link.write(encodeFrame(formatMessage(message)));
  }

  /** Resolves when no message has come for so long. Noise is no sign of life. */
  async silence(forMs: number): Promise<void> {
    await this.#wait(forMs, () => false);
  }

  /** Waits for nothing any more; what was asked is never answered. */
  end(): void {
    this.#hasEnded = true;
    for (const wait of this.#waits) wait.cancel();
    this.#waits.clear();
  }

  async #ask(question: Omit<Message, 'index'>): Promise<Message> {
    if (this.#hasEnded) throw new GiroError('LINK_LOST', 'the connection has ended');
    const asked: string[] = [];
    while (asked.length < 2) {
      const index = this.#nextIndex();
      asked.push(index);
      const [answer] = await Promise.all([
        this.#wait(ANSWER_MS, (message) => this.#isAnswer(message, question.command)),
        this.send({ index, ...question }),
      ]);
      if (answer === undefined) continue;
      this.#overdue = asked.filter((other) => other !== answer.index);
      return answer;
    }
    if (!this.#hasHeardMessage && this.#ear.hasHeardNoise) {
      throw new GiroError(
        'DEVICE_UNSUPPORTED',
        'no valid frame came: encrypted (CRIPTO_HAB, CON_SEGURA) or not 8x',
      );
    }
    throw new GiroError(
      'DEVICE_SILENT',
      `no answer to ${question.command} twice within ${ANSWER_MS / 1000} s`,
    );
  }

  /** The first message that fits; undefined once none at all has come for `silenceMs`. */
  #wait(silenceMs: number, fits: (message: Message) => boolean): Promise<Message | undefined> {
    return new Promise((resolve) => {
      let cancel: () => void;
      const arm = (): void => {
        cancel = this.#context.clock.after(silenceMs, settle);
      };
      const settle = (message?: Message): void => {
        cancel();
        this.#waits.delete(wait);
        resolve(message);
      };
      const hear = (message: Message): void => {
        cancel();
        if (fits(message)) settle(message);
        else arm(); // a device that reports is not silent
      };
      const wait: Wait = { hear, cancel: () => cancel() };
      arm();
      this.#waits.add(wait);
    });
  }

  /** An answer carries the name of its command, or refuses the whole frame under another one (henry.md 11). */
  #isAnswer(message: Message, command: string): boolean {
    if (this.#overdue.includes(message.index)) return false;
    return message.command === command || (message.command !== 'REON' && isRefusal(message));
  }

  /** 01 to 99, rolling. */
  #nextIndex(): string {
    this.#commands = (this.#commands % 99) + 1;
    return String(this.#commands).padStart(2, '0');
  }
}
