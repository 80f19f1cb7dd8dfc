import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../drivers/base/clock.ts';

/** A shift; afterwards the password is asked for again. */
const LONGEST_MS = 12 * 3_600_000;
/** So long without a request ends it too. */
const IDLE_MS = 3_600_000;
/** Beyond that the oldest ends. */
const MOST = 50;

export interface Session {
  /** What a page has to send with each action: another site can send the cookie, but not read this. */
  readonly csrf: string;
  /** The password that it was begun with; it ends when that changes. */
  readonly password: string;
  readonly endsAtMs: number;
}

/** Who is signed in. Kept in memory alone: a restart signs everybody out. Tokens are kept as hashes. */
export class Sessions {
  readonly #clock: Clock;
  readonly #open = new Map<string, Session & { idleAtMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers the token, which is the cookie's. */
  begin(password: string): { readonly token: string; readonly session: Session } {
    const token = randomBytes(32).toString('base64url');
    const nowMs = this.#clock.now();
    const session = {
      csrf: randomBytes(32).toString('base64url'),
      password,
      endsAtMs: nowMs + LONGEST_MS,
      idleAtMs: nowMs + IDLE_MS,
    };
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MOST && oldest !== undefined) this.#open.delete(oldest);
    this.#open.set(keyOf(token), session);
    return { token, session };
  }

  /** The session of a token, which this call keeps from idling; undefined when there is none, or no longer. */
  find(token: string, password: string): Session | undefined {
    const key = keyOf(token);
    const session = this.#open.get(key);
    if (session === undefined) return undefined;
    const nowMs = this.#clock.now();
    const isOver = nowMs >= session.endsAtMs || nowMs >= session.idleAtMs || session.password !== password;
    if (isOver) {
      this.#open.delete(key);
      return undefined;
    }
    session.idleAtMs = nowMs + IDLE_MS;
    return session;
  }

  end(token: string): void {
    this.#open.delete(keyOf(token));
  }
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
