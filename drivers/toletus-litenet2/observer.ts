import type { Observer, ObserverContext } from '../driver.ts';
import { Recorder } from '../recorder.ts';
import { Conversation } from './conversation.ts';
import { Ear } from './ear.ts';
import { parseOrder, parseReport } from './messages.ts';
import type { Litenet2Options } from './options.ts';

/** Hears a conversation between the gym's software and the board: the same meaning as the session's, and no sending. */
export function observe({ options, clock, log, record }: ObserverContext<Litenet2Options>): Observer {
  const conversation = new Conversation(options, { isAnswered: true });
  const recorder = new Recorder(record, log);
  const board = new Ear(clock, log);
  const software = new Ear(clock, log);
  return {
    fromDevice(bytes) {
      for (const frame of board.hear(bytes)) {
        recorder.report(conversation.fromDevice(parseReport(frame), clock.now()));
      }
    },
    fromSoftware(bytes) {
      for (const frame of software.hear(bytes)) {
        recorder.report(conversation.fromSoftware(parseOrder(frame), clock.now()));
      }
    },
    end: () => recorder.end(),
  };
}
