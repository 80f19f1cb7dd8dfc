import type { Clock } from '../../drivers/base/clock.ts';
import { sleep } from '../../drivers/base/clock.ts';
import type { SimulatedPassage } from '../../drivers/contract/passage.ts';
import type { Simulator } from '../../drivers/contract/simulator.ts';

/** Of 20 people 16 pass, 3 are refused and 1 gives up: about what a front desk sees. */
const OUTCOMES: readonly SimulatedPassage['outcome'][] = [
  ...Array<'granted-passed'>(16).fill('granted-passed'),
  ...Array<'denied'>(3).fill('denied'),
  'gave-up',
];

/** Four-digit cards. Without a common divisor all others pass before one comes again: within seconds it would be a copy. */
const CARDS = 9_000;
const CARD_STEP = 4_001;

/** How many passages may wait in the simulator when people come as fast as it takes them. */
const AT_ONCE = 256;

export interface People {
  /** Mean time between two people, ms; each gap is 0.5 to 1.5 times as long. */
  readonly everyMs: number;
  /** Time that a person takes between the steps of a passage, ms. */
  readonly paceMs: number;
  /** How many come; without end when undefined. */
  readonly count?: number;
  /** Always this outcome; mixed when undefined. */
  readonly outcome?: SimulatedPassage['outcome'];
  /** How long whoever is passing is waited for once `signal` has aborted, ms. */
  readonly graceMs: number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly clock: Clock;
  readonly onPlayed: (passage: SimulatedPassage, heard: 'reported' | 'unheard') => void;
}

/** Lets people come to a simulated turnstile until `count` have come or `signal` aborts. */
export async function bringPeople(simulator: Simulator, people: People, signal: AbortSignal): Promise<void> {
  const { random, clock, everyMs, paceMs, count = Number.POSITIVE_INFINITY } = people;
  const first = Math.floor(random() * CARDS);
  const playing = new Set<Promise<void>>();
  for (let number = 0; number < count && !signal.aborted; number += 1) {
    const passage: SimulatedPassage = {
      outcome: people.outcome ?? pick(OUTCOMES, random),
      card: String(1000 + ((first + number * CARD_STEP) % CARDS)),
      direction: random() < 0.5 ? 'entrada' : 'saida',
      paceMs,
    };
    const played = simulator.play(passage).then((heard) => people.onPlayed(passage, heard));
    playing.add(played);
    void played.finally(() => playing.delete(played));
    if (everyMs === 0) {
      if (playing.size >= AT_ONCE) await Promise.race([...playing, aborted(signal)]);
      continue;
    }
    try {
      await sleep(clock, everyMs * (0.5 + random()), signal);
    } catch {
      break; // stopped while nobody was there
    }
  }
  await Promise.race([Promise.all(playing), aborted(signal)]);
  if (playing.size > 0) await atMost(clock, people.graceMs, Promise.all(playing));
}

/** Resolves when `done` does, or after `limitMs`. */
function atMost(clock: Clock, limitMs: number, done: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, resolve);
    void done.then(() => {
      cancel();
      resolve();
    });
  });
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
