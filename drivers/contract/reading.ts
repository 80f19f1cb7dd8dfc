import type { Text } from '../base/language.ts';

/**
 * What a driver reports. Values are the contract's own words (webhook.schema.json), so that what a technician maps
 * in the configuration, what a driver reports and what an integrator receives are the same words.
 */

export const DIRECTIONS = ['entrada', 'saida', 'indefinido'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const MEANS = [
  'digital',
  'facial',
  'cartao',
  'qrcode',
  'codigo_barras',
  'teclado',
  'senha',
  'botoeira',
  'manual',
  'remoto',
  'indefinido',
] as const;
export type Means = (typeof MEANS)[number];

export const DENIAL_REASONS = [
  'nao_identificado',
  'inativo',
  'bloqueado',
  'pendencia_financeira',
  'fora_do_horario',
  'limite_de_acessos',
  'sem_checkin_parceiro',
  'dupla_passagem',
  'credencial_expirada',
  'falha_equipamento',
  'outro',
] as const;
export type DenialReason = (typeof DENIAL_REASONS)[number];

export const DECIDERS = ['dispositivo', 'sistema', 'operador', 'indefinido'] as const;
export type Decider = (typeof DECIDERS)[number];

export const CREDENTIAL_KINDS = [
  'template_biometrico',
  'cartao',
  'qrcode',
  'codigo',
  'cpf',
  'indefinido',
] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

export const PERSON_KINDS = ['aluno', 'colaborador', 'personal', 'visitante', 'indefinido'] as const;
export type PersonKind = (typeof PERSON_KINDS)[number];

export const RESULTS = ['liberado', 'negado', 'indefinido'] as const;
export type Result = (typeof RESULTS)[number];

/** The raw value of what was presented. It leaves the agent only as a keyed hash. */
export interface Credential {
  readonly kind: CredentialKind;
  /** As text, however long: 20-digit cards do not fit a number. Equal cards must give equal text. */
  readonly value: string;
}

/** A person whom the device's number names. */
export interface Person {
  readonly kind: PersonKind;
  /** Namespace of `externalId`: pacto, evo, dispositivo ... (at most 32 characters). */
  readonly system: string;
  /** Number known to that system (at most 64 characters). */
  readonly externalId: string;
}

/** A device's idea of a moment: wall-clock time in the unit's zone without an offset, or an instant. */
export type DeviceTime =
  | { readonly local: string /* yyyy-MM-ddTHH:mm:ss[.SSS] */ }
  | { readonly epochMs: number };

/**
 * What the device's memory keeps of a reading. Where it tells the same thing twice, live and later from its memory, the
 * code, the credential and (within 2 s) the time are equal, whatever else differs in form.
 */
export interface Trace {
  /** The device's own code of what happened. */
  readonly code: string;
  readonly at: DeviceTime;
}

/** What the readings of one passage have in common. */
export interface PassageReading {
  /**
   * Ties the readings of one passage together, as far as the device's own protocol does (Henry's frame index).
   * It only has to differ among the accesses of one turnstile that are open at the same time. Without it the
   * credential decides, then the latest open access of the turnstile.
   */
  readonly key?: string;
  /**
   * What the device itself says that makes this event unique: its own time, code and credential, the record number
   * where live events carry it too. Equal text means the same event, also after a restart, and becomes the event's
   * id. Absent when the device says nothing that could tell two events apart: then each reading is a new event.
   */
  readonly identity?: string;
  /** The device's time of this reading; absent if it has no clock or sent nonsense. */
  readonly at?: DeviceTime;
  /** Which device it was, where several share a line (at most 64 characters); `dispositivo.serie`. */
  readonly serial?: string;
  /** The device's record number (at most 64 characters). */
  readonly record?: string;
  /** The driver knows that this belongs to no access that is open: it is one of its own, whatever else is open. */
  readonly alone?: true;
  /** `live`: just now. `recovered`: from the device's memory. `unknown`: a line that may have waited at its sender. */
  readonly freshness: 'live' | 'recovered' | 'unknown';
  /** Only where a device tells live what its memory keeps as well; a second copy is found by it and dropped. */
  readonly trace?: Trace;
  readonly credential?: Credential;
  readonly person?: Person;
  readonly direction?: Direction;
  readonly means?: Means;
  /** The controller's own code for the means (at most 64 characters). */
  readonly originalMeans?: string;
}

/** A credential was presented. */
export interface Identified extends PassageReading {
  readonly kind: 'identified';
  /** How long the decision may take, in ms; 0 means that none will come. Without it 10 s. */
  readonly decisionWithinMs?: number;
}

/** Somebody granted or denied the passage. */
export interface Decided extends PassageReading {
  readonly kind: 'decided';
  readonly result: 'liberado' | 'negado';
  readonly by: Decider;
  /** Why it was denied; `outro` without it. */
  readonly reason?: DenialReason;
  /** The controller's own text or code (at most 160 characters). */
  readonly originalReason?: string;
  /** How long the turn may take after a grant, margin included, in ms; 0 means that none will be reported. */
  readonly turnWithinMs?: number;
}

/** The arm turned. */
export interface Passed extends PassageReading {
  readonly kind: 'passed';
}

/** Released, and nobody passed. */
export interface GaveUp extends PassageReading {
  readonly kind: 'gaveUp';
}

/** Facts about the device that are no access. */
export type DeviceFact =
  /** The device's clock, read at `readAtMs` (agent's clock, Unix ms). */
  | { readonly kind: 'clock'; readonly at: DeviceTime; readonly readAtMs: number }
  /** What the device says it is; shown in `status` and in bodies. */
  | {
      readonly kind: 'identity';
      readonly manufacturer?: string;
      readonly model?: string;
      readonly serial?: string;
      readonly firmware?: string;
    }
  /** A condition of the device that a person should know; the code is stable (at most 64 characters). */
  | { readonly kind: 'alarm'; readonly code: string; readonly at?: DeviceTime; readonly text: Text }
  /** Accesses that certainly happened and of which nothing else is known: between two readings of its counters, or lost by its memory. */
  | {
      readonly kind: 'gap';
      readonly from: DeviceTime;
      readonly to: DeviceTime;
      readonly entries?: number;
      readonly exits?: number;
      /** Of accesses, where the device does not tell entries from exits. */
      readonly count?: number;
      readonly cause: 'contadores' | 'registros_perdidos';
    }
  /** Bytes that are no message: a line that does not match. Kept in the journal, bounded by retention. */
  | { readonly kind: 'unrecognised'; readonly bytes: Uint8Array };

export type AccessReading = Identified | Decided | Passed | GaveUp;
export type Reading = AccessReading | DeviceFact;
