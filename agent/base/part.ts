import type { Configuration } from '../../config/configuration.ts';

/** One part of the gateway, which starts them in order and stops them in the opposite one. */
export interface Part {
  start(): Promise<void> | void;
  /**
   * Follows a checked configuration that is in force from now on. Whatever it says that is as before goes on untouched.
   * One call at a time; resolves when nothing of before is left.
   */
  apply?(configuration: Configuration): Promise<void> | void;
  stop(): Promise<void> | void;
}
