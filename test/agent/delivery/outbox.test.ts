import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox } from '../../../agent/delivery/outbox.ts';
import { Signals } from '../../../agent/events/signals.ts';
import { readConfiguration } from '../../../config/read.ts';
import { fakeDrivers, GOOD } from '../../config/fakes.ts';
import { RecordingLog } from '../../drivers/recording-log.ts';
import { eventOf, makeFolder, openJournal } from '../journal/journals.ts';

test('an event is committed, then offered, then told; one that is known is neither offered nor told again', async (t) => {
  const { journal } = await openJournal(t, makeFolder(t));
  const configuration = readConfiguration(Buffer.from(GOOD), 'giro.yaml', { env: {}, drivers: fakeDrivers });
  const happened: string[] = [];
  const log = new RecordingLog();
  const signals = new Signals(log);
  signals.on('accepted', () => {
    throw new TypeError('an onlooker of the test');
  });
  signals.on('accepted', (events) => happened.push(`told ${events.map(({ id }) => id).join()}`));
  const outbox = new Outbox({
    configuration: () => configuration,
    journal: {
      async accept(accept) {
        const accepted = await journal.accept(accept);
        happened.push('committed');
        return accepted;
      },
    },
    dispatcher: { offer: (deliveries) => happened.push(`offered ${deliveries.map(({ id }) => id).join()}`) },
    signals,
  });
  const [first, second] = [eventOf(1), eventOf(2)];
  await outbox.accept({ events: [first] });
  await outbox.accept({ events: [first, second] });
  await outbox.accept({ events: [second] });
  assert.deepEqual(happened, [
    'committed',
    `offered ${first.id}`,
    `told ${first.id}`,
    'committed',
    `offered ${second.id}`,
    `told ${second.id}`,
    'committed',
    'offered ',
  ]);
});
