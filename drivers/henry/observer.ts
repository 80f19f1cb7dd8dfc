import type { Observer, ObserverContext } from '../contract/driver.ts';
import type { Reading } from '../contract/reading.ts';
import { Recorder } from '../contract/recorder.ts';
import { Conversation } from './conversation.ts';
import { Ear, UNFINISHED_MS } from './ear.ts';
import type { Message } from './messages.ts';
import type { HenryOptions } from './options.ts';

/** Hears a conversation between the gym's software and the device: the same meaning as the session's, and no sending. */
export function observe({ options, clock, log, record }: ObserverContext<HenryOptions>): Observer {
  const conversation = new Conversation(options);
  const recorder = new Recorder(record, log);

  const listen = (meaning: (message: Message, nowMs: number) => Reading[]) => {
    const ear = new Ear(options.maxFrameBytes, log);
    let cancel: () => void = () => {};

    const report = (messages: readonly Message[]): void => {
      for (const message of messages) recorder.report(meaning(message, clock.now()));
      if (ear.isWaiting) cancel = clock.after(UNFINISHED_MS, () => report(ear.giveUp()));
    };
    return {
      hear: (bytes: Uint8Array): void => {
        cancel();
        report(ear.hear(bytes));
      },
      end: (): void => cancel(),
    };
  };

  const device = listen((message, nowMs) => conversation.fromDevice(message, nowMs));
  const software = listen((message, nowMs) => conversation.fromSoftware(message, nowMs));
  return {
    fromDevice: device.hear,
    fromSoftware: software.hear,
    end() {
      device.end();
      software.end();
      recorder.end();
    },
  };
}
