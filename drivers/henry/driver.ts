import { defineDriver } from '../contract/driver.ts';
import { henryHints } from './hints.ts';
import { observe } from './observer.ts';
import { henryOptions } from './options.ts';
import { Session } from './session.ts';
import { HenrySimulator } from './simulator.ts';

/** Henry 8x: Primme Acesso, Primme SF, Argos and the turnstiles built on them (README.md beside this file). */
export const henry = defineDriver({
  name: 'henry',
  options: henryOptions,
  links: ['tcp', 'tcp-listen'],
  defaultPort: 3000,
  async run(turnstile) {
    try {
      await new Session(turnstile).run();
    } catch (error) {
      if (!turnstile.signal.aborted) throw error;
    }
  },
  observe,
  hints: henryHints,
  simulate: (context) => new HenrySimulator(context),
});
