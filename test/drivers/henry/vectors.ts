import { readFileSync } from 'node:fs';

export interface Vector {
  readonly id: string;
  readonly origin: string;
  readonly direction: 'device->agent' | 'agent->device';
  readonly payload: string;
  readonly size: number;
  readonly checksum: string;
  readonly total: number;
  readonly hex: string;
}

const file = new URL('../../fixtures/henry-vectors.json', import.meta.url);

/** Frames of henry.md section 14: observed on the wire (O), built from public texts (T), the sheet (D) and the rule (C). */
export const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8')).vectors;

export function vector(id: string): Vector {
  return vectors.find((candidate) => candidate.id === id)!;
}

export function payloadOf({ payload }: Vector): Buffer {
  return Buffer.from(payload, 'latin1');
}

export function frameOf({ hex }: Vector): Buffer {
  return Buffer.from(hex, 'hex');
}
