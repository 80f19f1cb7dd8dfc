import type { Cursor } from '../../drivers/contract/driver.ts';

/** Where one turnstile stands, across its sessions. */
export class MovingCursor implements Cursor {
  position: string | undefined;
  latest?: string;

  constructor(position: string | undefined) {
    this.position = position;
  }

  /** Moves on to `position` with a commit that stores it. */
  async moveTo(position: string, commit: () => Promise<void>): Promise<void> {
    this.latest = position;
    await commit();
    this.position = position;
  }
}
