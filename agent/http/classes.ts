import type { Text } from '../../drivers/base/language.ts';
import type { FailureClass } from '../events/attempt.ts';
import { causeOfStatus, classOfStatus } from './answers.ts';
import { FAULTS, nameFault } from './faults.ts';
import type { Answer, Fault, Outcome } from './outcome.ts';

/** What an outcome means. */
export interface Classified {
  readonly class: FailureClass | 'ok';
  /** Stable code: `ok`, `http_503`, or a fault's name (`refused`, `dns`, `tls_expired` ...). */
  readonly outcome: string;
  /** Why, in plain words. */
  readonly cause: Text;
}

/** Sorts an outcome into its failure class (webhooks.md 1). Pure; every outcome has one. */
export function classify(outcome: Outcome): Classified {
  const what = outcome.kind === 'answer' ? classifyAnswer(outcome) : classifyFault(outcome);
  return outcome.from === 'tokenEndpoint' ? atTokenEndpoint(what) : what;
}

function classifyAnswer({ status, location }: Answer): Classified {
  const kind = classOfStatus(status);
  return {
    class: kind,
    outcome: kind === 'ok' ? 'ok' : `http_${status}`,
    cause: causeOfStatus(status, location),
  };
}

function classifyFault(fault: Fault): Classified {
  const name = nameFault(fault);
  return { class: FAULTS[name].class, outcome: name, cause: FAULTS[name].cause };
}

/** Its refusal is about the configuration, never about one event: nothing is parked for it. */
function atTokenEndpoint({ class: kind, outcome, cause }: Classified): Classified {
  const refusesClient = outcome === 'http_400' || outcome === 'http_401';
  const { en, 'pt-BR': ptBr } = refusesClient ? CLIENT_REFUSED : cause;
  return {
    class: kind === 'D' || kind === 'E' ? 'C' : kind,
    outcome: `token_${outcome}`,
    cause: { en: `token endpoint: ${en}`, 'pt-BR': `servidor de tokens: ${ptBr}` },
  };
}

const CLIENT_REFUSED: Text = {
  en: 'it gives this client no token: check clientId, clientSecret and scope',
  'pt-BR': 'ele não dá um token a este cliente: verifique clientId, clientSecret e scope',
};

/** Whether the receiver asks for less at once: then the drain halves its concurrency (webhooks.md 1). */
export function isOverload({ outcome }: Classified): boolean {
  switch (outcome) {
    case 'http_429':
    case 'http_503':
    case 'headers_timeout':
    case 'attempt_timeout':
      return true;
    default:
      return false;
  }
}

/** The cause of a stored outcome, in plain words; a code of another version of Giro is its own cause. */
export function causeOfOutcome(outcome: string, location?: string): Text {
  const status = outcome === 'ok' ? 200 : Number(/^http_(\d{3})$/.exec(outcome)?.[1]);
  if (!Number.isNaN(status)) {
    return causeOfStatus(status, location);
  }
  const fault = Object.entries(FAULTS).find(([name]) => name === outcome);
  return fault?.[1].cause ?? { en: outcome, 'pt-BR': outcome };
}
