/** Process: the integrator. Notes when each event came; answers late, or with 500, as told. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { answerQuestions, nowMs } from './child.ts';

export type ReceiverQuestion =
  /** `failing` is the share answered with 500, 0 to 1; `port` 0 takes a free one. */
  | { readonly do: 'listen'; readonly port: number; readonly delayMs: number; readonly failing: number }
  | { readonly do: 'close' }
  /** Resolves once so many different events were answered with 200, or nothing came for `quietMs`. */
  | { readonly do: 'await'; readonly events: number; readonly quietMs: number }
  /** Forgets what came. */
  | { readonly do: 'reset' };

export interface ReceiverAnswer {
  readonly port: number;
  /** Numbers of events answered with 200, in the order of their first arrival, and when that was. */
  readonly numbers: Uint32Array;
  readonly atMs: Float64Array;
  /** Answered with 200 more than once. */
  readonly doubled: number;
  /** First arrivals behind a later event of the same controller. */
  readonly inversions: number;
}

const EVENT = /c(\d)n(\d{8})/g;
const LOOK_MS = 50;

let came = emptyBook();
let answering = { delayMs: 0, failing: 0 };
let seed = 1;
const server = createServer((request, response) => {
  const atMs = nowMs();
  // Not `for await`, which takes as long as all the rest: the receiver shall not be what is measured.
  let body = '';
  request.setEncoding('latin1');
  request.on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    if (answering.delayMs === 0) answer(body, atMs, response);
    else void setTimeout(answering.delayMs).then(() => answer(body, atMs, response));
  });
});

function emptyBook() {
  return {
    numbers: [] as number[],
    atMs: [] as number[],
    seen: new Set<number>(),
    last: new Map<string, number>(),
    doubled: 0,
    inversions: 0,
  };
}

function answer(body: string, atMs: number, response: ServerResponse): void {
  const fails = answering.failing > 0 && random() < answering.failing;
  if (!fails) note(body, atMs);
  response.writeHead(fails ? 500 : 200).end();
}

function note(body: string, atMs: number): void {
  for (const [, controller = '', digits] of body.matchAll(EVENT)) {
    const number = Number(digits);
    if (came.seen.has(number)) {
      came.doubled += 1;
      continue;
    }
    came.seen.add(number);
    came.numbers.push(number);
    came.atMs.push(atMs);
    if (number < (came.last.get(controller) ?? -1)) came.inversions += 1;
    else came.last.set(controller, number);
  }
}

/** Park and Miller's generator: every run fails the same requests. */
function random(): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
}

async function awaitEvents(events: number, quietMs: number): Promise<void> {
  let idleMs = 0;
  let before = -1;
  while (came.seen.size < events && idleMs < quietMs) {
    idleMs = came.seen.size === before ? idleMs + LOOK_MS : 0;
    before = came.seen.size;
    await setTimeout(LOOK_MS);
  }
}

answerQuestions<ReceiverQuestion, ReceiverAnswer>(async (question) => {
  switch (question.do) {
    case 'listen':
      answering = question;
      if (!server.listening) {
        server.listen(question.port, '127.0.0.1');
        await once(server, 'listening');
      }
      break;
    case 'close':
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      break;
    case 'await':
      await awaitEvents(question.events, question.quietMs);
      break;
    case 'reset':
      came = emptyBook();
      break;
  }
  const { numbers, atMs, doubled, inversions } = came;
  return {
    port: (server.address() as AddressInfo | null)?.port ?? 0,
    numbers: Uint32Array.from(numbers),
    atMs: Float64Array.from(atMs),
    doubled,
    inversions,
  };
});
