/**
 * Moments at which a test lets the process die, as kill -9 would, before and after each step that the disk or the
 * receiver sees. A step that is new gets its two here.
 */
export const CRASH_POINTS = [
  'migrate:before',
  'migrate:copied',
  'migrate:step',
  'migrate:after',
  'accept:before',
  'freeze:before',
  'freeze:after',
  'accept:after',
  'commit:before',
  'commit:after',
  'deliver:before',
  'deliver:after',
  'mark:before',
  'mark:after',
  'checkpoint:before',
  'checkpoint:after',
  'salvage:before',
  'salvage:copied',
  'salvage:moved',
  'salvage:after',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** `<point>` or `<point>@<n>`: the n-th time that it is passed. Set by tests only. */
const [wanted, passes = '1'] = process.env.GIRO_CRASH_AT?.split('@') ?? [];
let left = Number(passes);

/** Ends the process at the point that the test asked for; does nothing in every other. */
export const crashPoint: (point: CrashPoint) => void =
  wanted === undefined
    ? () => {}
    : (point) => {
        if (point !== wanted) return;
        left -= 1;
        // Not process.abort(): a thread may not call it, and it would leave a core file behind.
        if (left === 0) process.kill(process.pid, 'SIGKILL');
      };
