import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { z } from 'zod';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Logger } from '../../drivers/base/log.ts';
import { eventJson } from '../turnstiles/event-json.ts';
import type { WireEvent } from '../turnstiles/wire.ts';
import type { Operator } from './operator.ts';
import {
  CONTROL_VERSION,
  type ControlReply,
  type ControlRequest,
  controlPath,
  envelopeSchema,
  LOOKS,
  requestSchema,
} from './protocol.ts';
import { type ShortPath, shortPath } from './short-path.ts';

const LONGEST_REQUEST = 64 * 1024;
/** Who connects and asks nothing is let go. */
const SILENT_MS = 10_000;
/** Who watches and does not read makes the gateway hold so much. */
const MOST_WAITING_BYTES = 1024 * 1024;

/** The gateway's end of the local control socket: one request a connection (protocol.ts). */
export class ControlServer {
  readonly #operator: Pick<Operator, 'run'>;
  readonly #log: Logger;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Needed again when the socket is removed. */
  #way: ShortPath | undefined;

  private constructor(operator: Pick<Operator, 'run'>, log: Logger) {
    this.#operator = operator;
    this.#log = log;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /**
   * Listens in a data folder that this process has locked, so whatever socket lies there is a dead one's. Where there
   * can be none (a file system without sockets), the gateway does without: the log says so.
   */
  static async open(
    folder: string,
    { operator, log }: { operator: Pick<Operator, 'run'>; log: Logger },
  ): Promise<ControlServer> {
    const control = new ControlServer(operator, log);
    const path = controlPath(folder);
    try {
      if (process.platform !== 'win32') rmSync(path, { force: true });
      control.#way = shortPath(path);
      control.#server.listen(control.#way.path);
      await once(control.#server, 'listening');
      if (process.platform !== 'win32') chmodSync(path, 0o600);
    } catch (error) {
      log.warn(
        { err: error, path },
        'no control socket; resend, discard, pause, resume, test and watch do not work',
      );
    }
    return control;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
    this.#way?.release();
  }

  #serve(socket: Socket): void {
    const gone = new AbortController();
    let received = '';
    this.#sockets.add(socket);
    socket.setEncoding('utf8');
    socket.setTimeout(SILENT_MS, () => socket.destroy());
    socket.on('error', () => {}); // whoever asked went away, and `close` follows
    socket.on('close', () => {
      this.#sockets.delete(socket);
      gone.abort();
    });
    const onData = (chunk: string): void => {
      received += chunk;
      const end = received.indexOf('\n');
      if (end === -1 && received.length <= LONGEST_REQUEST) return;
      socket.off('data', onData).resume();
      socket.setTimeout(0);
      void this.#answer(received.slice(0, Math.max(end, 0)), socket, gone.signal);
    };
    socket.on('data', onData);
  }

  async #answer(line: string, socket: Socket, signal: AbortSignal): Promise<void> {
    const reply = (message: ControlReply): void => {
      if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
    };
    try {
      const request = parseRequest(line);
      const level = LOOKS.has(request.command) ? 'debug' : 'info';
      this.#log[level](withoutPerson(request), 'operator asks');
      const result = await this.#operator.run(request, {
        onProgress: (progress) => reply({ progress }),
        onEvent: eventFeed(socket, reply),
        signal,
        origin: 'command',
      });
      reply({ result });
    } catch (error) {
      reply({ error: this.#refusal(error) });
    }
    socket.end();
  }

  #refusal(error: unknown): Extract<ControlReply, { error: unknown }>['error'] {
    if (error instanceof GiroError) {
      const { code, message, hint } = error;
      return { code, message, ...(hint !== undefined && { hint }) };
    }
    this.#log.error({ err: error }, 'an operator command failed');
    return { code: 'CONTROL_UNAVAILABLE', message: 'the gateway failed to do it; see its log' };
  }
}

/** Passes events on, as long as whoever asked takes them; says how many it left out. */
function eventFeed(socket: Socket, reply: (message: ControlReply) => void): (event: WireEvent) => void {
  let missed = 0;
  return (event) => {
    if (socket.writableLength > MOST_WAITING_BYTES) {
      missed += 1;
      return;
    }
    if (missed > 0) reply({ missed });
    missed = 0;
    reply({ event: eventJson(event) });
  };
}

function parseRequest(line: string): ControlRequest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    parsed = undefined;
  }
  const envelope = envelopeSchema.safeParse(parsed);
  if (!envelope.success) throw new GiroError('USAGE', 'the request is no JSON object with a version');
  const { version, request } = envelope.data;
  if (version !== CONTROL_VERSION) {
    throw new GiroError(
      'CONTROL_UNAVAILABLE',
      `the running gateway speaks version ${CONTROL_VERSION} of its control socket, this command version ${version}`,
      { hint: 'restart the gateway, so that both are of one version' },
    );
  }
  const found = requestSchema.safeParse(request);
  if (!found.success) throw new GiroError('USAGE', z.prettifyError(found.error));
  return found.data;
}

function withoutPerson(request: ControlRequest): object {
  if (request.command === 'forget') return { command: request.command, dryRun: request.dryRun };
  if (!('filter' in request)) return request;
  const { person: _, ...filter } = request.filter;
  return { ...request, filter };
}
