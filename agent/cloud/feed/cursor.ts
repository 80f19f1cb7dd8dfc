import type { FeedBounds } from '../../journal/feed.ts';

/** A place in the feed of a unit: what stands behind it is still to come. */
export interface FeedPlace {
  readonly unit: string;
  readonly epoch: string;
  /** 0: before the first. */
  readonly sequence: number;
}

const FORM = /^([a-z0-9-]{1,40}) ([0-9a-f]{16}) (\d{1,15})$/;

/** The text that consumers keep; they read nothing of it. */
export function cursorOf({ unit, epoch, sequence }: FeedPlace): string {
  return Buffer.from(`${unit} ${epoch} ${sequence}`).toString('base64url');
}

/** Undefined for a text that is no cursor. */
export function placeOf(cursor: string): FeedPlace | undefined {
  const [, unit, epoch, digits] = FORM.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (unit === undefined || epoch === undefined) return undefined;
  return { unit, epoch, sequence: Number(digits) };
}

/**
 * Whether a feed can go on from a place: of the same feed, not older than what is kept, and not ahead of it, as after a
 * backup was restored.
 */
export function isHeld(place: FeedPlace, unit: string, { epoch, first, last }: FeedBounds): boolean {
  const isSame = place.unit === unit && place.epoch === epoch;
  return isSame && place.sequence >= first - 1 && place.sequence <= last;
}
