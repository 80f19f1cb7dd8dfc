/** Everything that the page shows, in one place; whoever changes it has it drawn again, once a frame at most. */
export const state = {
  /** Answer of /api/overview. */
  overview: undefined,
  /** The gateway does not answer. */
  isLost: false,
  session: { hasPassword: false, signedIn: false, mustSignIn: false },
  /** The newest accesses, newest first. */
  recent: [],
  /** Id of the access that came last, for a moment. */
  fresh: undefined,
  statistics: undefined,
  parked: [],
  audit: [],
  /** What was searched: { isBusy, found }. */
  search: undefined,
  /** Attempts that were asked for, by `webhook #sequence`. */
  attempts: {},
  /** An open dialogue: { kind, ... }. */
  dialogue: undefined,
  /** What an action came to: { text, isError }. */
  message: undefined,
};

let draw = () => {};
let isDue = false;

export function onChange(listener) {
  draw = listener;
}

export function update(patch) {
  Object.assign(state, patch);
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
}
