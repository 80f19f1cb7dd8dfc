import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { GiroError } from '../../drivers/errors.ts';
import {
  CONTROL_VERSION,
  type ControlReply,
  type ControlRequest,
  type ControlResults,
  controlPath,
} from './protocol.ts';
import { type ShortPath, shortPath } from './short-path.ts';

/**
 * Asks the gateway of a data folder. `onProgress` hears how many deliveries are done.
 * @throws {GiroError} CONTROL_UNAVAILABLE when none is running or it goes away; what the gateway refuses with.
 */
export async function ask<Command extends ControlRequest['command']>(
  folder: string,
  request: ControlRequest & { readonly command: Command },
  onProgress: (done: number) => void = () => {},
): Promise<ControlResults[Command]> {
  const socket = await open(folder);
  try {
    socket.write(`${JSON.stringify({ version: CONTROL_VERSION, request })}\n`);
    for await (const line of createInterface({ input: socket })) {
      const reply = JSON.parse(line) as ControlReply;
      if ('progress' in reply) {
        onProgress(reply.progress);
      } else if ('error' in reply) {
        const { code, message, hint } = reply.error;
        throw new GiroError(code, message, hint === undefined ? {} : { hint });
      } else {
        return reply.result as ControlResults[Command];
      }
    }
  } finally {
    socket.destroy();
  }
  throw new GiroError('CONTROL_UNAVAILABLE', 'the gateway ended before it answered');
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
