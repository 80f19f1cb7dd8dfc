import { createSocket, type Socket } from 'node:dgram';
import { type Clock, sleep } from '../base/clock.ts';
import { GiroError } from '../base/errors.ts';

/** A question to everybody at an address: a broadcast address, or one device's own. */
export interface Question {
  /** This machine's address on that network, or `0.0.0.0`. */
  readonly from: string;
  /** IPv4. */
  readonly to: string;
  readonly port: number;
  readonly bytes: Uint8Array;
}

export interface Answer {
  readonly question: Question;
  /** Who sent it. */
  readonly address: string;
  readonly bytes: Uint8Array;
}

export interface AskOptions {
  /** How long answers are waited for, ms. */
  readonly waitMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** An interface that is down, or an address that nobody may send to. */
  readonly onFailure: (question: Question, error: GiroError) => void;
}

/** Puts all questions at once, and gives every answer that comes within `waitMs`, also those of the same device. */
export async function ask(questions: readonly Question[], options: AskOptions): Promise<Answer[]> {
  const { waitMs, clock, signal, onFailure } = options;
  const answers: Answer[] = [];
  const sockets: Socket[] = [];
  try {
    await Promise.all(
      questions.map(async (question) => {
        const socket = createSocket('udp4');
        sockets.push(socket);
        socket.on('message', (bytes, { address }) => answers.push({ question, address, bytes }));
        try {
          await send(socket, question);
        } catch (cause) {
          const { from, to } = question;
          const why = cause instanceof Error ? cause.message : String(cause);
          onFailure(
            question,
            new GiroError('LINK_FAILED', `${to} cannot be asked from ${from}: ${why}`, { cause }),
          );
        }
      }),
    );
    await sleep(clock, waitMs, signal);
  } finally {
    for (const socket of sockets) socket.close();
  }
  return answers;
}

function send(socket: Socket, { from, to, port, bytes }: Question): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.bind({ address: from }, () => {
      socket.setBroadcast(true);
      socket.send(bytes, port, to, (error) => (error === null ? resolve() : reject(error)));
    });
  });
}

/** Answers datagrams at an address of this machine until `signal` aborts, as a device does. Throws like `listenError`. */
export async function answerDatagrams(
  { host, port }: { readonly host: string; readonly port: number },
  answer: (datagram: Uint8Array) => Uint8Array | undefined,
  signal: AbortSignal,
): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('message', (datagram, sender) => {
    const bytes = answer(datagram);
    if (bytes !== undefined) socket.send(bytes, sender.port, sender.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) =>
      reject(new GiroError('PORT_BUSY', `udp ${host}:${port}: ${cause.message}`, { cause })),
    );
    socket.bind({ address: host, port }, resolve);
  });
  signal.addEventListener('abort', () => socket.close(), { once: true });
  if (signal.aborted) socket.close();
}
