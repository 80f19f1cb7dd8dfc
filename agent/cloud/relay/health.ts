import { ERRORS } from '../../../drivers/base/errors.ts';
import type { Text } from '../../../drivers/base/language.ts';
import type { RelayState } from '../../events/relay-state.ts';
import type { Condition } from '../../upkeep/alarms/registry.ts';

/** A shorter break of an inbox or of the internet is no alarm. */
const OFFLINE_MS = 15 * 60_000;

/** How the sources are, and which of them are an alarm. */
export class RelayHealth {
  readonly #states = new Map<string, RelayState>();

  note(state: RelayState): void {
    this.#states.set(state.relay, state);
  }

  /** How a source was when it was last heard of: one that starts anew is not away for a shorter time by that. */
  last(relay: string): RelayState | undefined {
    return this.#states.get(relay);
  }

  /** Forgets all sources but these. */
  keepOnly(relays: readonly string[]): void {
    for (const relay of this.#states.keys()) if (!relays.includes(relay)) this.#states.delete(relay);
  }

  /** One condition for all sources that have been away for long: an alarm knows no sources. */
  conditions(nowMs: number): Condition[] {
    const away = [...this.#states.values()].filter(
      ({ state, sinceMs }) => state === 'offline' && nowMs - sinceMs >= OFFLINE_MS,
    );
    const [first] = away;
    if (first === undefined) return [];
    const sinceMs = Math.min(...away.map((state) => state.sinceMs));
    const names = away.map(({ relay }) => relay).join(', ');
    return [{ code: 'nuvem_parada', sinceMs, ...wordsOf(names, first.problem?.code) }];
  }
}

function wordsOf(names: string, code: string | undefined): { readonly what: Text; readonly remedy: Text } {
  const known = Object.entries(ERRORS).find(([name]) => name === code)?.[1];
  const { summary, remedy } = known ?? UNKNOWN;
  return {
    what: {
      en: `cloud events of ${names} do not come: ${summary.en}`,
      'pt-BR': `os eventos da nuvem de ${names} não chegam: ${summary['pt-BR']}`,
    },
    remedy,
  };
}

const UNKNOWN = {
  summary: { en: 'a fault of Giro', 'pt-BR': 'uma falha do Giro' },
  remedy: {
    en: 'send the log to whoever supports this Giro (giro diagnose)',
    'pt-BR': 'envie o log a quem dá suporte a este Giro (giro diagnose)',
  },
} as const;
