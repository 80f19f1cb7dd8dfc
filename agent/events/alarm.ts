import type { Text } from '../../drivers/base/language.ts';

/** An open alarm: of a turnstile, of a webhook, or of this machine. Code and subject together are unique. */
export interface Alarm {
  /** Stable; `codigo` in bodies. */
  readonly code: string;
  readonly turnstile?: string;
  readonly webhook?: string;
  /** Unix ms since which it is so. */
  readonly sinceMs: number;
  /** Unix ms at which it closes, unless what it says is so again before; absent while it is so. */
  readonly closesAtMs?: number;
  /** What is wrong. */
  readonly what: Text;
  /** What a person does about it. */
  readonly remedy: Text;
}

/** What becomes of the row of an alarm. */
export interface AlarmChange {
  readonly kind: 'opened' | 'changed' | 'closed';
  readonly alarm: Alarm;
}
