import type { Logger } from '../../drivers/base/log.ts';

/** A logger that keeps what it is told. */
export class RecordingLog implements Logger {
  readonly entries: { readonly level: string; readonly data: object; readonly message: string }[] = [];

  debug(data: object, message: string): void {
    this.entries.push({ level: 'debug', data, message });
  }

  info(data: object, message: string): void {
    this.entries.push({ level: 'info', data, message });
  }

  warn(data: object, message: string): void {
    this.entries.push({ level: 'warn', data, message });
  }

  error(data: object, message: string): void {
    this.entries.push({ level: 'error', data, message });
  }

  /** The messages of one level, in order. */
  at(level: 'debug' | 'info' | 'warn' | 'error'): string[] {
    return this.entries.filter((entry) => entry.level === level).map(({ message }) => message);
  }
}
