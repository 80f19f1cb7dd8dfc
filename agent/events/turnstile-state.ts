/** Where a turnstile stands, for `status`. */
export interface TurnstileState {
  readonly turnstile: string;
  readonly state: 'online' | 'offline';
  /** Unix ms of the last change. */
  readonly sinceMs: number;
  /** Code of the GiroError that ended the last connection or refused it, with its detail. */
  readonly problem?: { readonly code: string; readonly detail: string };
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly firmware?: string;
  /** Device clock minus agent clock, ms, when last measured. */
  readonly clockSkewMs?: number;
}
