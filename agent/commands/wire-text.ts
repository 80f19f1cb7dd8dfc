import type { Language } from '../../drivers/base/language.ts';
import type { AccessReading, DeviceFact, DeviceTime } from '../../drivers/contract/reading.ts';
import { turned } from '../accesses/body.ts';
import { wallClock } from '../events/moment.ts';
import type { WireEvent } from '../turnstiles/wire.ts';
import { wrapped } from './texts.ts';

/** So many bytes in hex and as text beside the time fit 80 columns. */
const ROW_BYTES = 16;
/** What does not fit a line goes on below its text. */
const BELOW = ' '.repeat(12);
const ARROWS = { device: '<-', giro: '->', software: '>>' } as const;

const WORDS = {
  en: {
    up: 'connected',
    down: 'not connected',
    identified: 'identified',
    liberado: 'granted',
    negado: 'denied',
    passed: 'passed',
    gaveUp: 'gave up',
    clock: 'clock',
    identity: 'device',
    alarm: 'alarm',
    gap: 'gap',
    unrecognised: 'unrecognised',
    by: 'by',
    recovered: 'from the memory',
    record: 'record',
    person: 'person',
    bytes: 'bytes',
    entries: 'entries',
    exits: 'exits',
    accesses: 'accesses',
  },
  'pt-BR': {
    up: 'conectado',
    down: 'sem conexão',
    identified: 'identificado',
    liberado: 'liberado',
    negado: 'negado',
    passed: 'passou',
    gaveUp: 'desistiu',
    clock: 'relógio',
    identity: 'equipamento',
    alarm: 'alarme',
    gap: 'lacuna',
    unrecognised: 'não reconhecido',
    by: 'por',
    recovered: 'da memória',
    record: 'registro',
    person: 'pessoa',
    bytes: 'bytes',
    entries: 'entradas',
    exits: 'saídas',
    accesses: 'acessos',
  },
} as const satisfies Record<Language, Record<string, string>>;

export interface WireTextOptions {
  readonly language: Language;
  /** IANA zone of the unit. */
  readonly timezone: string;
  /** Of the turnstile: readings are shown as they are delivered. */
  readonly swapDirection: boolean;
}

/** The lines that show an event on a terminal of 80 columns. */
export function wireText(event: WireEvent, options: WireTextOptions): string[] {
  const time = wallClock(event.atMs, options.timezone).slice(11);
  const words = WORDS[options.language];
  switch (event.kind) {
    case 'link':
      return wrapped(
        `${time} -- ${[words[event.state], event.peer, event.why].filter(isSaid).join('  ')}`,
        BELOW,
      );
    case 'bytes':
      return rows(event.bytes).map((row) => `${time} ${ARROWS[event.from]} ${row}`);
    case 'reading':
      return wrapped(`${time} == ${readingText(event, options)}`, BELOW);
  }
}

/** Bytes in hex and beside it as text, 16 a row; what is no printable ASCII is a dot. */
function rows(bytes: Uint8Array): string[] {
  return Array.from({ length: Math.ceil(bytes.length / ROW_BYTES) }, (_, row) => {
    const part = Buffer.from(bytes.subarray(row * ROW_BYTES, (row + 1) * ROW_BYTES));
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return `${hex.padEnd(ROW_BYTES * 3 - 1)}  ${part.toString('latin1').replaceAll(/[^\x20-\x7e]/g, '.')}`;
  });
}

/** A reading in one line, direction as it is delivered. */
function readingText(
  { reading, atMs }: Extract<WireEvent, { kind: 'reading' }>,
  { language, swapDirection, timezone }: WireTextOptions,
): string {
  const words = WORDS[language];
  const today = wallClock(atMs, timezone).slice(0, 11);
  const [label, ...details] =
    'freshness' in reading
      ? accessText(reading, words, swapDirection, today)
      : [words[reading.kind], ...factText(reading, words)];
  return [label, ...details.filter(isSaid)].join('  ');
}

type Words = (typeof WORDS)[Language];
type Parts = readonly [label: string, ...details: (string | undefined)[]];

function accessText(reading: AccessReading, words: Words, swapped: boolean, today: string): Parts {
  const { credential, person, direction, means, serial, record, freshness, at } = reading;
  return [
    reading.kind === 'decided' ? words[reading.result] : words[reading.kind],
    direction && turned(direction, swapped),
    reading.kind === 'decided' && reading.by !== 'indefinido' ? `${words.by} ${reading.by}` : undefined,
    reading.kind === 'decided' && reading.result === 'negado' ? (reading.reason ?? 'outro') : undefined,
    means === credential?.kind ? undefined : means,
    credential && `${credential.kind} ${credential.value}`,
    person && `${words.person} ${person.externalId} (${person.system})`,
    serial && `#${serial}`,
    record && `${words.record} ${record}`,
    at && timeText(at).replace(today, ''),
    freshness === 'recovered' ? words.recovered : undefined,
  ];
}

function factText(fact: DeviceFact, words: Words): (string | undefined)[] {
  switch (fact.kind) {
    case 'clock':
      return [timeText(fact.at)];
    case 'identity':
      return [fact.manufacturer, fact.model, fact.serial && `#${fact.serial}`, fact.firmware];
    case 'alarm':
      return [fact.code];
    case 'gap':
      return [
        fact.count === undefined ? undefined : `${fact.count} ${words.accesses}`,
        fact.entries === undefined ? undefined : `${fact.entries} ${words.entries}`,
        fact.exits === undefined ? undefined : `${fact.exits} ${words.exits}`,
        `${timeText(fact.from)} - ${timeText(fact.to)}`,
      ];
    case 'unrecognised':
      return [`${fact.bytes.length} ${words.bytes}`];
  }
}

function timeText(time: DeviceTime): string {
  return 'local' in time ? time.local : new Date(time.epochMs).toISOString();
}

function isSaid(part: string | undefined): part is string {
  return part !== undefined && part !== '';
}
