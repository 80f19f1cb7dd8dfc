/** Where a source of cloud events stands, for `status`. */
export interface RelayState {
  /** `relay[].id`. */
  readonly relay: string;
  /** `online`: the inbox answers, or the endpoint listens. */
  readonly state: 'online' | 'offline';
  /** Unix ms of the last change. */
  readonly sinceMs: number;
  /** Code of the GiroError that stands in its way, with its detail. */
  readonly problem?: { readonly code: string; readonly detail: string };
}
