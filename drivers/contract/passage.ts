import type { Direction } from './reading.ts';

/** Somebody comes to a simulated turnstile. */
export interface SimulatedPassage {
  readonly outcome: 'granted-passed' | 'denied' | 'gave-up';
  /** Digits, at most 20. */
  readonly card: string;
  readonly direction: Direction;
  /** Time that the person takes between the steps of a passage, in ms; 0 for as fast as the link goes. */
  readonly paceMs: number;
}
