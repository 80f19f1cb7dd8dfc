import { readdirSync, readFileSync } from 'node:fs';

/** Memory that a process holds just now, in bytes; 0 once it ended. */
export function rssOf(pid: number): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** File descriptors that a process holds just now. */
export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Looks at the memory of a process until it is disposed of. */
export class RssWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #highest = 0;

  constructor(pid: number, everyMs = 100) {
    this.#timer = setInterval(() => {
      this.#highest = Math.max(this.#highest, rssOf(pid));
    }, everyMs);
  }

  get highestBytes(): number {
    return this.#highest;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
