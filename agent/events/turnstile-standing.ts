/** Where one turnstile stands, as the running gateway knows it: for the panel, its alarms and the daily figures. */
export interface TurnstileStanding {
  readonly turnstile: string;
  /** As people know it. */
  readonly name?: string | undefined;
  /** Unix ms since which no session of it holds; absent while one does: it is online. */
  readonly outageSinceMs?: number | undefined;
  /** Code of the error that keeps it away. */
  readonly problem?: string | undefined;
  /** As the device told it. */
  readonly model?: string | undefined;
  /** Its clock minus ours, ms, if measured. */
  readonly clockSkewMs?: number | undefined;
}

export function isOnline({ outageSinceMs }: Pick<TurnstileStanding, 'outageSinceMs'>): boolean {
  return outageSinceMs === undefined;
}
