import { closeSync, openSync, writeSync } from 'node:fs';
import { GiroError } from '../../../drivers/base/errors.ts';
import type { WireEvent } from '../../turnstiles/wire.ts';
import { type CaptureHeader, entryLine, headerLine } from './capture.ts';

/** Writes a `.girocap` file (mode 0600), line by line: whenever it is killed, what was heard before is in it. */
export class CaptureRecorder implements Disposable {
  readonly #file: number;

  /** @throws {GiroError} USAGE when there is such a file, or it cannot be made: none is ever written over. */
  constructor(path: string, header: Omit<CaptureHeader, 'girocap'>) {
    try {
      this.#file = openSync(path, 'wx', 0o600);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const hint = 'name another file: a recording is never written over';
      const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
      throw new GiroError('USAGE', `the recording cannot be made: ${why}`, {
        cause,
        ...(isThere && { hint }),
      });
    }
    writeSync(this.#file, headerLine(header));
  }

  add(event: WireEvent): void {
    const line = entryLine(event);
    if (line !== undefined) writeSync(this.#file, line);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
