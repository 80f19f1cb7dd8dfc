import type { WireEvent } from './wire.ts';

/** The same with base64 text in place of bytes, at any depth: what JSON can carry. */
export type JsonOf<Value> = Value extends Uint8Array
  ? string
  : Value extends object
    ? { readonly [Key in keyof Value]: JsonOf<Value[Key]> }
    : Value;

/** An event as JSON carries it. */
export function eventJson(event: WireEvent): JsonOf<WireEvent> {
  switch (event.kind) {
    case 'link':
      return event;
    case 'bytes':
      return { ...event, bytes: base64(event.bytes) };
    case 'reading': {
      const { reading } = event;
      if (reading.kind !== 'unrecognised') return { ...event, reading };
      return { ...event, reading: { ...reading, bytes: base64(reading.bytes) } };
    }
  }
}

/** The event that `eventJson` was given. */
export function eventOf(json: JsonOf<WireEvent>): WireEvent {
  switch (json.kind) {
    case 'link':
      return json;
    case 'bytes':
      return { ...json, bytes: Buffer.from(json.bytes, 'base64') };
    case 'reading': {
      const { reading } = json;
      if (reading.kind !== 'unrecognised') return { ...json, reading };
      return { ...json, reading: { ...reading, bytes: Buffer.from(reading.bytes, 'base64') } };
    }
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
