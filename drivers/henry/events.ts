/** What the codes of REON mean (henry.md 5.1 to 5.3). */
import type { Text } from '../base/language.ts';
import type { CredentialKind, DenialReason, Direction, Means } from '../contract/reading.ts';
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

interface DeviceAlarm {
  readonly code: string;
  readonly text: Text;
}

const ALARMS: Readonly<Record<number, DeviceAlarm>> = {
  22: {
    code: 'henry.tamper_internal',
    text: { en: 'internal tamper contact', 'pt-BR': 'contato de violação interno' },
  },
  23: {
    code: 'henry.tamper_external',
    text: { en: 'external tamper contact', 'pt-BR': 'contato de violação externo' },
  },
  40: {
    code: 'henry.emergency_password',
    text: { en: 'emergency password used', 'pt-BR': 'senha de emergência usada' },
  },
  83: { code: 'henry.turnstile_forced', text: { en: 'turnstile forced', 'pt-BR': 'catraca forçada' } },
  84: {
    code: 'henry.turnstile_mid_turn',
    text: { en: 'arm stopped in the middle of a turn', 'pt-BR': 'braço parado no meio do giro' },
  },
  85: {
    code: 'henry.vault_timeout',
    text: {
      en: 'card not dropped in the collecting vault in time',
      'pt-BR': 'cartão não depositado na urna a tempo',
    },
  },
  88: {
    code: 'henry.vault_obstructed',
    text: { en: 'collecting vault obstructed', 'pt-BR': 'urna obstruída' },
  },
  [SERVER_TIMED_OUT]: {
    code: 'henry.server_timeout',
    text: {
      en: 'no decision reached the device in time',
      'pt-BR': 'nenhuma decisão chegou ao equipamento a tempo',
    },
  },
  100: { code: 'henry.alarm_input', text: { en: 'alarm input active', 'pt-BR': 'entrada de alarme ativa' } },
  120: { code: 'henry.door_open', text: { en: 'door left open', 'pt-BR': 'porta deixada aberta' } },
  121: { code: 'henry.door_forced', text: { en: 'door forced', 'pt-BR': 'porta forçada' } },
  122: { code: 'henry.door_broken_in', text: { en: 'door broken in', 'pt-BR': 'porta arrombada' } },
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
export function alarmOf(code: number): DeviceAlarm {
  return (
    ALARMS[code] ?? {
      code: 'henry.unknown_code',
      text: {
        en: `event code ${code} has no known meaning`,
        'pt-BR': `o código de evento ${code} não tem significado conhecido`,
      },
    }
  );
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
