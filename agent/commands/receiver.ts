import { isUtf8 } from 'node:buffer';
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { isContract, type Recognised, recognise } from '../events/recognise.ts';
import { LONGEST_RELAYED_BYTES } from '../events/render.ts';

/** How many ids are remembered to tell a repeated delivery. */
const REMEMBERED_IDS = 100_000;

/** One verified request. */
export interface Received extends Recognised {
  readonly id: string;
  /** Whether the id was there before. */
  readonly repeated: boolean;
  readonly attempt: number;
  /** An operator sent it again. */
  readonly replay: boolean;
  /** Of the exact bytes of the body, hex. */
  readonly sha256: string;
  readonly body: string;
}

export interface ReceiverOptions {
  readonly host: string;
  readonly port: number;
  /** `whsec_...`; without it nothing is verified. */
  readonly secret?: string;
  /** Status of the answer to a good request. */
  readonly status: number;
  /** Time before the answer, ms. */
  readonly delayMs: number;
  readonly onReceived: (received: Received) => void;
  /** A request that is no good delivery, and why. */
  readonly onRefused: (why: string) => void;
}

/**
 * The reference receiver: verifies the signature with the public Standard Webhooks library, remembers ids, answers.
 * It is what an integrator's own thirty lines would be.
 */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #verifier: Webhook | undefined;
  readonly #seen = new Set<string>();
  readonly #server: Server;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#verifier = options.secret === undefined ? undefined : new Webhook(options.secret);
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        options.onRefused(error instanceof Error ? error.message : String(error));
        response.destroy();
      });
    });
  }

  /** Listens; resolves with the port. Rejects when the port is taken. */
  listen(): Promise<number> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, delayMs, onReceived, onRefused } = this.#options;
    const bytes = await bytesOf(request);
    if (request.method !== 'POST' || bytes === undefined) {
      onRefused(`${request.method} ${request.url}`);
      response.writeHead(request.method === 'POST' ? 413 : 405).end();
      return;
    }
    const problem = this.#verify(bytes, request);
    if (problem !== undefined) {
      onRefused(problem);
      response.writeHead(401).end();
      return;
    }
    const body = bytes.toString(isUtf8(bytes) ? 'utf8' : 'base64');
    const content = contentOf(request, body);
    if (content === undefined) {
      onRefused('neither JSON nor a CloudEvent');
      response.writeHead(400).end();
      return;
    }
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const id = String(request.headers['webhook-id']);
    const repeated = this.#seen.has(id);
    if (status >= 200 && status <= 299) this.#remember(id);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const attempt = Number(request.headers['x-giro-tentativa']);
    const replay = request.headers['x-giro-replay'] === '1';
    onReceived({ id, repeated, attempt, replay, sha256, body, ...content });
    response.writeHead(status).end();
  }

  #verify(bytes: Buffer, request: IncomingMessage): string | undefined {
    if (!isUtf8(bytes)) return this.#verifyBytes(bytes, request);
    try {
      const signed = {
        'webhook-id': String(request.headers['webhook-id']),
        'webhook-timestamp': String(request.headers['webhook-timestamp']),
        'webhook-signature': String(request.headers['webhook-signature']),
      };
      // What the cloud sent need not be JSON.
      this.#verifier?.verify(bytes.toString('utf8'), signed, { jsonParse: false });
      return undefined;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return error.message;
      throw error;
    }
  }

  /** The library reads every body as UTF-8 text, which the cloud's need not be. */
  #verifyBytes(bytes: Buffer, { headers }: IncomingMessage): string | undefined {
    const { secret } = this.#options;
    if (secret === undefined) return undefined;
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`;
    const wanted = `v1,${createHmac('sha256', key).update(signed).update(bytes).digest('base64')}`;
    const given = String(headers['webhook-signature']).split(' ');
    return given.includes(wanted) ? undefined : 'No matching signature found';
  }

  #remember(id: string): void {
    this.#seen.add(id);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= REMEMBERED_IDS) break;
      this.#seen.delete(oldest);
    }
  }
}

/** The whole body, or undefined when it is too long. */
async function bytesOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size <= LONGEST_RELAYED_BYTES) chunks.push(chunk);
  }
  return size <= LONGEST_RELAYED_BYTES ? Buffer.concat(chunks) : undefined;
}

/** Undefined when it is none of what Giro sends. */
function contentOf(request: IncomingMessage, body: string): Recognised | undefined {
  try {
    return recognise(request.headers, body);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof URIError) return undefined;
    throw error;
  }
}

/** A notification as one JSON object. */
export function notificationJson({ data, body: _, ...rest }: Received): string {
  return JSON.stringify({ ...rest, body: data });
}

/** One notification on one line, for a person. */
export function notificationLine(received: Received): string {
  const { repeated, attempt, replay } = received;
  const marks = [
    ...(attempt > 1 ? [`(attempt ${attempt})`] : []),
    ...(replay ? ['(replay)'] : []),
    ...(repeated ? ['(repeated)'] : []),
  ];
  return [...partsOf(received), ...marks].join('  ');
}

function partsOf({ data, body, attributes = {}, format }: Received): readonly unknown[] {
  if (format === 'transparente') {
    const { sequencia, evento, unidade } = attributes;
    return [`#${sequencia}`, attributes['ocorrido-em'], evento, unidade, body];
  }
  return isContract(data) ? contractParts(data) : [body];
}

function contractParts(body: unknown): string[] {
  const { sequencia, evento, ocorridoEm, dispositivo, acesso, pessoa, alerta } = body as {
    sequencia: number;
    evento: string;
    ocorridoEm: string;
    dispositivo?: { id: string };
    acesso?: { resultado: string; passagem: string; sentido: string; meio: string; motivo?: string };
    pessoa?: { tipo: string; sistema: string; idExterno: string } | null;
    alerta?: { codigo: string; situacao: string; texto: string };
  };
  const access =
    acesso === undefined
      ? []
      : [
          acesso.sentido,
          `${acesso.resultado}/${acesso.passagem}`,
          acesso.meio,
          ...(acesso.motivo ? [acesso.motivo] : []),
        ];
  const person = pessoa ? [`${pessoa.tipo} ${pessoa.sistema}:${pessoa.idExterno}`] : [];
  return [
    `#${sequencia}`,
    ocorridoEm,
    evento,
    ...(dispositivo ? [dispositivo.id] : []),
    ...access,
    ...person,
    ...(alerta ? [alerta.codigo, alerta.situacao, alerta.texto] : []),
  ];
}
