import type { Configuration } from '../../../config/configuration.ts';
import type { Text } from '../../../drivers/base/language.ts';

/** The checks, in the order in which one bears on the next. */
export const CHECKS = [
  'runtime',
  'configuration',
  'permissions',
  'disk',
  'clock',
  'ports',
  'dns',
  'proxy',
  'tls',
  'certificates',
  'devices',
  'journal',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** What one check found about one thing. Never holds a person, a credential, a secret or the query of a URL. */
export interface Finding {
  readonly check: CheckName;
  /** `warn` is worth a look; `fail` keeps Giro from its work. */
  readonly state: 'ok' | 'warn' | 'fail';
  /** What it is about: an id, a path, a host; absent for the machine. */
  readonly subject?: string;
  readonly cause: Text;
  readonly action?: Text;
}

/** What checks are given. */
export interface Patient {
  readonly configuration: Configuration;
  /** A gateway holds the data folder. */
  readonly running: boolean;
  readonly signal: AbortSignal;
}

export type Check = (patient: Patient) => Promise<readonly Finding[]> | readonly Finding[];
