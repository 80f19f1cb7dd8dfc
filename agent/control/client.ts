import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { GiroError } from '../../drivers/base/errors.ts';
import { eventOf } from '../turnstiles/event-json.ts';
import type { WireEvent } from '../turnstiles/wire.ts';
import {
  CONTROL_VERSION,
  type ControlReply,
  type ControlRequest,
  type ControlResults,
  controlPath,
} from './protocol.ts';
import { type ShortPath, shortPath } from './short-path.ts';

/**
 * Asks the gateway of a data folder, until `signal` aborts. `onProgress` hears how many deliveries are done.
 * @throws {GiroError} CONTROL_UNAVAILABLE when none is running or it goes away; what the gateway refuses with.
 */
export async function ask<Command extends ControlRequest['command']>(
  folder: string,
  request: ControlRequest & { readonly command: Command },
  {
    onProgress = () => {},
    signal,
  }: { readonly onProgress?: (done: number) => void; readonly signal?: AbortSignal } = {},
): Promise<ControlResults[Command]> {
  const socket = await open(folder);
  signal?.addEventListener('abort', () => socket.destroy(), { once: true });
  try {
    for await (const reply of replies(socket, request)) {
      if ('progress' in reply) onProgress(reply.progress);
      else if ('result' in reply) return reply.result as ControlResults[Command];
    }
  } finally {
    socket.destroy();
  }
  throw new GiroError('CONTROL_UNAVAILABLE', 'the gateway ended before it answered');
}

/**
 * Watches the wire of one turnstile of the gateway of a data folder, until `signal` aborts. `onMissed` hears how many
 * events were left out because this end did not keep up.
 * @throws {GiroError} CONTROL_UNAVAILABLE when none is running or it goes away; USAGE for a turnstile that it lacks.
 */
export async function watchWire(
  folder: string,
  turnstile: string,
  { onEvent, onMissed }: { onEvent: (event: WireEvent) => void; onMissed: (count: number) => void },
  signal: AbortSignal,
): Promise<void> {
  const socket = await open(folder);
  signal.addEventListener('abort', () => socket.destroy(), { once: true });
  try {
    for await (const reply of replies(socket, { command: 'watch', turnstile })) {
      if ('event' in reply) onEvent(eventOf(reply.event));
      else if ('missed' in reply) onMissed(reply.missed);
    }
  } finally {
    socket.destroy();
  }
  if (!signal.aborted) throw new GiroError('CONTROL_UNAVAILABLE', 'the gateway ended');
}

async function* replies(socket: Socket, request: ControlRequest): AsyncGenerator<ControlReply> {
  socket.write(`${JSON.stringify({ version: CONTROL_VERSION, request })}\n`);
  const lines = createInterface({ input: socket });
  socket.once('close', () => lines.close()); // a socket that is destroyed has no end, which readline waits for
  for await (const line of lines) {
    const reply = JSON.parse(line) as ControlReply;
    if ('error' in reply) {
      const { code, message, hint } = reply.error;
      throw new GiroError(code, message, hint === undefined ? {} : { hint });
    }
    yield reply;
  }
}

async function open(folder: string): Promise<Socket> {
  let way: ShortPath | undefined;
  try {
    way = shortPath(controlPath(folder));
    const socket = connect(way.path);
    await once(socket, 'connect');
    socket.on('error', () => {}); // the lines end early, which is said then
    return socket;
  } catch (cause) {
    const denied = cause instanceof Error && 'code' in cause && cause.code === 'EACCES';
    throw new GiroError('CONTROL_UNAVAILABLE', `nothing answers at ${controlPath(folder)}`, {
      cause,
      ...(denied && {
        hint: 'run it as the user that the gateway runs as, for example sudo -u giro giro ...',
      }),
    });
  } finally {
    way?.release();
  }
}
