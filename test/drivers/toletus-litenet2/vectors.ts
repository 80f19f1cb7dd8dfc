import { readFileSync } from 'node:fs';

export interface Vector {
  readonly number: number;
  readonly from: 'host' | 'board';
  readonly hex: string;
  readonly decoded: string;
  readonly origin: string;
}

const file = new URL('../../fixtures/litenet2-vectors.json', import.meta.url);

/** Frames of toletus-litenet2.md section 6, each with where it was seen. */
export const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8')).vectors;

export function bytesOf(number: number): Buffer {
  const { hex } = vectors.find((vector) => vector.number === number)!;
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}
