import { words } from '/words.js';

/** What an access came to, in one or two words, and how it looks. */
export function outcomeOf({ result, passage, direction, reason }) {
  const w = words();
  if (result === 'negado') {
    return { level: 'problem', text: w.outcomes.denied, detail: w.reasons[reason] };
  }
  if (result === 'indefinido') return { level: 'idle', text: w.outcomes.undecided };
  if (passage === 'desistencia') return { level: 'idle', text: w.outcomes.gaveUp };
  if (direction === 'entrada') return { level: 'good', text: w.outcomes.entered };
  if (direction === 'saida') return { level: 'good', text: w.outcomes.left };
  return { level: 'good', text: passage === 'confirmada' ? w.outcomes.passed : w.outcomes.granted };
}

/** No more of a person than what the bodies carry: a kind and a number. */
export function personOf({ person, personKind }) {
  if (person === undefined) return undefined;
  const w = words();
  return `${w.people[personKind] ?? w.people.indefinido} ${person}`;
}

export function meansOf({ means }) {
  return words().means[means];
}
