/** A command of Giro as whoever runs this one types it: through npm in a checkout, else by its name. */
export function giroText(...args: readonly string[]): string {
  const isNpm = process.env.npm_lifecycle_event === 'giro';
  return [isNpm ? 'npm run giro --' : 'giro', ...args].join(' ');
}
