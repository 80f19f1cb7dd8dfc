import { defineDriver } from '../contract/driver.ts';

import { discovery } from './discovery.ts';
import { litenet2Hints } from './hints.ts';

import { observe } from './observer.ts';
import { litenet2Options } from './options.ts';
import { Session } from './session.ts';
import { Litenet2Simulator } from './simulator.ts';

/** Turnstiles with the Toletus LiteNet2 board (README.md beside this file). */
export const toletusLitenet2 = defineDriver({
  name: 'toletus-litenet2',
  options: litenet2Options,
  links: ['tcp'],
  defaultPort: 7878,
  link: { keepAlive: false, dropUnsent: true, longestWaitMs: 5000 },
  async run(turnstile) {
    try {
      await new Session(turnstile).run();
    } catch (error) {
      if (!turnstile.signal.aborted) throw error;
    }
  },
  observe,
  hints: litenet2Hints,
  discovery,
  simulate: (context) => new Litenet2Simulator(context),
});
