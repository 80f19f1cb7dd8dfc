import { InvalidArgumentError } from 'commander';

/** A whole number within limits, both included. */
export function integerOption(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
    }
    return number;
  };
}

/** A moment: RFC 3339, a date (its midnight, UTC offset of this machine), or an age such as 90min, 24h, 7d. */
export function momentOption(text: string): number {
  const age = /^(\d+)(min|h|d)$/.exec(text);
  if (age) {
    const unitMs = { min: 60_000, h: 3_600_000, d: 86_400_000 }[age[2] as 'min' | 'h' | 'd'];
    return Date.now() - Number(age[1]) * unitMs;
  }
  const atMs = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00` : text);
  if (Number.isNaN(atMs)) {
    throw new InvalidArgumentError('expected 2026-11-24, 2026-11-24T18:00:00-03:00, 90min, 24h or 7d');
  }
  return atMs;
}
