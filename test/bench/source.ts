/** Process: four controllers that dial in and print access lines. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { answerQuestions, nowMs } from './child.ts';

export type SourceQuestion =
  | { readonly do: 'connect'; readonly ports: readonly number[] }
  /** `rate` is events/s over all controllers, 0: as fast as they are taken. With `ack` each waits for its answer. */
  | { readonly do: 'send'; readonly count: number; readonly rate: number; readonly ack: boolean };

/** When each event was sent, ms, by its number from 0. */
export type SourceAnswer = Float64Array;

const sockets: Socket[] = [];
let sentBefore = 0;

answerQuestions<SourceQuestion, SourceAnswer>(async (question) => {
  if (question.do === 'connect') {
    for (const port of question.ports) sockets.push(await dial(port));
    return new Float64Array();
  }
  return question.ack
    ? await sendAcknowledged(question.count)
    : await sendFreely(question.count, question.rate);
});

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  socket.on('data', () => {}); // acknowledgements that nobody waits for
  await once(socket, 'connect');
  return socket;
}

/** Line of an event: its controller and its number are one word that every receiver can find again. */
function lineOf(number: number): string {
  const controller = number % sockets.length;
  const record = `c${controller}n${String(number).padStart(8, '0')}`;
  return `${new Date().toISOString()};1;card;${record};in;granted\n`;
}

async function sendFreely(count: number, rate: number): Promise<Float64Array> {
  const first = sentBefore;
  sentBefore += count;
  const sentAt = new Float64Array(count);
  const startedAt = nowMs();
  for (let index = 0; index < count; ) {
    const due = rate === 0 ? count : Math.floor(((nowMs() - startedAt) * rate) / 1000) + 1;
    for (; index < Math.min(due, count); index += 1) {
      const socket = sockets[(first + index) % sockets.length];
      sentAt[index] = nowMs();
      if (socket?.write(lineOf(first + index)) === false) await once(socket, 'drain');
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return sentAt;
}

async function sendAcknowledged(count: number): Promise<Float64Array> {
  const first = sentBefore;
  sentBefore += count;
  const sentAt = new Float64Array(count);
  await Promise.all(
    sockets.map(async (socket, controller) => {
      for (let index = 0; index < count; index += 1) {
        if ((first + index) % sockets.length !== controller) continue;
        sentAt[index] = nowMs();
        socket.write(lineOf(first + index));
        await once(socket, 'data');
      }
    }),
  );
  return sentAt;
}
