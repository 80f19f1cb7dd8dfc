/** What the codes of REON mean (henry.md 5.1 to 5.3). */
import type { CredentialKind, DenialReason, Direction, Means } from '../reading.ts';
import type { Report } from './messages.ts';

/** Codes that the session and the simulator name. */
export const WAITING_FOR_VALIDATION = 0;
export const RELEASED = 1;
const RELEASED_REMOTELY = 4;
const ENTRY_RELEASED = 5;
const EXIT_RELEASED = 6;
export const DENIED = 30;
export const WAITING_FOR_TURN = 80;
export const TURNED = 81;
export const GAVE_UP = 82;
export const SERVER_TIMED_OUT = 91;

export type EventKind =
  | 'asked'
  | 'granted'
  | 'denied'
  | 'remote'
  | 'button'
  | 'waiting'
  | 'turned'
  | 'gaveUp'
  | 'emergency'
  | 'timedOut'
  | 'alarm'
  | 'unknown';

const EVENTS: Readonly<Record<number, EventKind>> = {
  [WAITING_FOR_VALIDATION]: 'asked',
  [RELEASED]: 'granted',
  2: 'turned', // obsolete form of 81
  3: 'granted',
  [RELEASED_REMOTELY]: 'remote',
  [ENTRY_RELEASED]: 'granted',
  [EXIT_RELEASED]: 'granted',
  40: 'emergency',
  [WAITING_FOR_TURN]: 'waiting',
  [TURNED]: 'turned',
  [GAVE_UP]: 'gaveUp',
  [SERVER_TIMED_OUT]: 'timedOut',
  95: 'button',
};

const DENIALS: Readonly<Record<number, DenialReason>> = {
  [DENIED]: 'outro',
  31: 'fora_do_horario',
  32: 'bloqueado', // no privilege
  33: 'nao_identificado', // wrong password
  34: 'outro', // wrong sequence of readers
  35: 'credencial_expirada',
  36: 'dupla_passagem',
};

const ALARMS: Readonly<Record<number, { readonly code: string; readonly text: string }>> = {
  22: { code: 'henry.tamper_internal', text: 'internal tamper contact' },
  23: { code: 'henry.tamper_external', text: 'external tamper contact' },
  40: { code: 'henry.emergency_password', text: 'emergency password used' },
  83: { code: 'henry.turnstile_forced', text: 'turnstile forced' },
  84: { code: 'henry.turnstile_mid_turn', text: 'arm stopped in the middle of a turn' },
  85: { code: 'henry.vault_timeout', text: 'card not dropped in the collecting vault in time' },
  88: { code: 'henry.vault_obstructed', text: 'collecting vault obstructed' },
  [SERVER_TIMED_OUT]: { code: 'henry.server_timeout', text: 'no decision reached the device in time' },
  100: { code: 'henry.alarm_input', text: 'alarm input active' },
  120: { code: 'henry.door_open', text: 'door left open' },
  121: { code: 'henry.door_forced', text: 'door forced' },
  122: { code: 'henry.door_broken_in', text: 'door broken in' },
};

/** What an event code of the device or of the software means; `unknown` for those of no table. */
export function eventKind(code: number): EventKind {
  if (denialReason(code, true) !== undefined) return 'denied';
  return EVENTS[code] ?? (ALARMS[code] === undefined ? 'unknown' : 'alarm');
}

/** In old firmware a push button reports as an entry released with an all-zero card (henry.md 5.3). */
export function isPushButton({ code, card }: Pick<Report, 'code' | 'card'>): boolean {
  return code === ENTRY_RELEASED && /^0+$/.test(card);
}

/** Why it was denied; undefined if `code` is no denial. Plain 30 without a card means that nobody was recognised. */
export function denialReason(code: number, hasCard: boolean): DenialReason | undefined {
  return code === DENIED && !hasCard ? 'nao_identificado' : DENIALS[code];
}

/** The stable code of an alarm and its text; an event code of no table is one too, so that it is never lost. */
export function alarmOf(code: number): { readonly code: string; readonly text: string } {
  return ALARMS[code] ?? { code: 'henry.unknown_code', text: `event code ${code} has no known meaning` };
}

/** The direction that a report names, else the side that its code releases. */
export function directionOf(direction: string, code: number): Direction | undefined {
  if (direction === '1') return 'entrada';
  if (direction === '2') return 'saida';
  if (code === ENTRY_RELEASED) return 'entrada';
  if (code === EXIT_RELEASED) return 'saida';
  return undefined;
}

const READERS: Readonly<Record<string, Means>> = {
  1: 'cartao',
  2: 'cartao',
  3: 'cartao',
  4: 'teclado',
  5: 'digital',
  6: 'cartao',
  7: 'cartao',
  8: 'digital',
  9: 'qrcode',
};

/** What was used at a reader; undefined for no reader. The wire does not say it: the installer may know better. */
export function meansOf(reader: string, configured: Partial<Record<string, Means>>): Means | undefined {
  return /^[1-9]$/.test(reader) ? (configured[reader] ?? READERS[reader]) : undefined;
}

const CREDENTIALS: Partial<Record<Means, CredentialKind>> = {
  digital: 'template_biometrico',
  cartao: 'cartao',
  qrcode: 'qrcode',
  teclado: 'codigo',
};

export function credentialKind(means: Means | undefined): CredentialKind {
  return (means && CREDENTIALS[means]) ?? 'indefinido';
}
