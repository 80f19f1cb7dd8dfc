import type { Configuration } from '../../config/configuration.ts';

/** One part of the gateway, which starts them in order and stops them in the opposite one. */
export interface Part {
  start(): Promise<void> | void;
  /**
   * The first of two steps that follow a checked configuration: what it no longer wants, or wants otherwise, ends and
   * gives up its ports and devices. What is as before goes on untouched. One call at a time; resolves when that is done.
   */
  leave?(configuration: Configuration): Promise<void> | void;
  /** The second step, once every part has left: what is new begins, on whatever another part may have given up. */
  enter?(configuration: Configuration): Promise<void> | void;
  stop(): Promise<void> | void;
}
