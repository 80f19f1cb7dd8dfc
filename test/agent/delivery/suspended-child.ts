/** Delivers one event to the receiver on the port of its first argument, for as long as it takes. */
import { Dispatcher } from '../../../agent/delivery/dispatch.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { MemoryJournal } from './memory-journal.ts';

const journal = new MemoryJournal();
journal.accept(['a']);
const dispatcher = new Dispatcher({
  journal,
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
  random: Math.random,
  version: '1',
  webhooks: [
    {
      id: 'crm',
      url: new URL(`http://127.0.0.1:${process.argv[2]}/`),
      keys: [],
      allow: ['http', 'loopback'],
      maxInFlight: 1,
    },
  ],
});
dispatcher.start(journal.state);
