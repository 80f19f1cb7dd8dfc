import type { Observer, ObserverContext } from '../contract/driver.ts';
import { Recorder } from '../contract/recorder.ts';
import { Conversation } from './conversation.ts';
import { Ear } from './ear.ts';
import { parseOrder, parseReport, type Report } from './messages.ts';
import type { Litenet2Options } from './options.ts';
import { parameterValue } from './parameters.ts';
import type { Gap } from './position.ts';
import { TappedCounters } from './tapped-counters.ts';

/** Hears a conversation between the gym's software and the board: the same meaning as the session's, and no sending. */
export function observe(context: ObserverContext<Litenet2Options>): Observer {
  const { options, clock, log, cursor, record, recordAt } = context;
  const conversation = new Conversation(options, { isAnswered: true });
  const stored = cursor.latest ?? cursor.position;
  const counters = new TappedCounters(stored, clock.now());
  const recorder = new Recorder((...readings) => {
    const { position } = counters;
    return position === undefined ? record(...readings) : recordAt(position, ...readings);
  }, log);
  const board = new Ear(clock, log);
  const software = new Ear(clock, log);

  const count = (report: Report): Gap[] => {
    // What the journal can't take now, the counters still tell of in the next conversation.
    if (recorder.isFull) return [];
    if (report.kind === 'passage') return counters.passed(report, clock.now());
    const serial = report.kind === 'parameter' ? parameterValue(report.parameter, 'serial') : undefined;
    if (serial !== undefined) counters.identify(serial);
    return [];
  };
  return {
    fromDevice(bytes) {
      for (const frame of board.hear(bytes)) {
        const report = parseReport(frame);
        recorder.report([...count(report), ...conversation.fromDevice(report, clock.now())]);
      }
    },
    fromSoftware(bytes) {
      for (const frame of software.hear(bytes)) {
        recorder.report(conversation.fromSoftware(parseOrder(frame), clock.now()));
      }
    },
    end() {
      if (!recorder.isFull) counters.complete(clock.now());
      recorder.end();
      const { position } = counters;
      if (position === undefined || position === stored) return;
      recordAt(position).catch((err: unknown) => log.debug({ err }, 'passage counters were not stored'));
    },
  };
}
