/** What became of the events of one scenario. */
export interface Tally {
  /** Acknowledged to the controller. */
  readonly accepted: number;
  /** Different events that the receiver answered with 2xx. */
  readonly delivered: number;
  /** Acknowledged to the controller and never answered with 2xx by the receiver. */
  readonly lost: number;
  /** Copies with the id of the first: allowed, at least once is the promise. */
  readonly doubledSameId: number;
  /** One record of a controller under another id. */
  readonly doubledOtherId: number;
  /** Copies whose bytes differ from the first. */
  readonly changedBytes: number;
  /** Events that came before an earlier one of their turnstile was done. */
  readonly inversions: number;
}

export const NOTHING: Tally = {
  accepted: 0,
  delivered: 0,
  lost: 0,
  doubledSameId: 0,
  doubledOtherId: 0,
  changedBytes: 0,
  inversions: 0,
};

/** Which promises were broken; a scenario that sent nothing proves nothing. */
export function faultsOf(tally: Tally): string[] {
  const faults = (['lost', 'doubledOtherId', 'changedBytes', 'inversions'] as const)
    .filter((count) => tally[count] > 0)
    .map((count) => `${count}: ${tally[count]}`);
  return tally.accepted === 0 ? [...faults, 'nothing was accepted'] : faults;
}
