/** Process: the integrator. Notes when each event came; answers late, or with 500, as told. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
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
const QUIET_STEP_MS = 50;

let came = emptyBook();
let answering = { delayMs: 0, failing: 0 };
let seed = 1;
let onArrival = (): void => {};
const server = createServer((request, response) => {
  void take(request, response);
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

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const atMs = nowMs();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (answering.delayMs > 0) await setTimeout(answering.delayMs);
  if (answering.failing > 0 && random() < answering.failing) {
    response.writeHead(500).end();
    return;
  }
  note(Buffer.concat(chunks).toString('latin1'), atMs);
  response.writeHead(200).end();
  onArrival();
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
    idleMs = came.seen.size === before ? idleMs + QUIET_STEP_MS : 0;
    before = came.seen.size;
    const arrived = new Promise<void>((resolve) => {
      onArrival = resolve;
    });
    await Promise.race([arrived, setTimeout(QUIET_STEP_MS)]);
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
