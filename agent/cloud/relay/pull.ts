import { z } from 'zod';
import { GiroError } from '../../../drivers/base/errors.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';
import { type Item, itemOf } from './feed-items.ts';
import type { InboxAnswer, InboxClient } from './inbox-client.ts';

/** One page of an inbox's feed. */
export interface Page {
  readonly items: readonly Item[];
  /** The cursor behind it. */
  readonly next: string;
  readonly more: boolean;
  readonly etag: string | undefined;
}

/** What a question came to. `gone`: the inbox no longer knows the cursor, and where it begins now. */
export type Pulled =
  | ({ readonly kind: 'page' } & Page)
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'gone'; readonly next: string };

/** An inbox refused or failed; `retryAfterMs` is what it asks for. */
export class InboxError extends GiroError {
  readonly retryAfterMs: number | undefined;

  constructor(code: 'RELAY_REFUSED' | 'RELAY_UNREACHABLE', message: string, retryAfterMs?: number) {
    super(code, message);
    this.retryAfterMs = retryAfterMs;
  }
}

const PAGE = 100;
/** A page of Giro's has 2 MiB and one event more, which base64 makes a third longer. */
const LONGEST_ANSWER_BYTES = 8 * 1024 * 1024;

const pageSchema = z.object({
  events: z.array(z.object({ cursor: z.string().min(1).max(400), event: z.unknown() })),
  next: z.string().min(1).max(400),
  more: z.boolean(),
});
const goneSchema = z.object({ next: z.string().min(1).max(400) });

/**
 * Asks an inbox for what stands behind a cursor.
 * @throws {GiroError} RELAY_UNREACHABLE, RELAY_REFUSED, RELAY_ANSWER, ADDRESS_BLOCKED.
 */
export async function pullPage(
  client: InboxClient,
  url: URL,
  asked: { readonly after: string | undefined; readonly etag: string | undefined; readonly nowMs: number },
  signal: AbortSignal,
): Promise<Pulled> {
  const { after, etag, nowMs } = asked;
  const target = withQuery(url, { after, limit: String(PAGE), content: 'base64' });
  const answer = await client.get(
    target,
    { accept: 'application/json', ...(etag !== undefined && { 'if-none-match': etag }) },
    signal,
  );
  const body = await textOf(answer, url);
  if (answer.status === 304) return { kind: 'unchanged' };
  if (answer.status === 410) return goneOf(body, url);
  if (answer.status !== 200) throw refusal(answer, url, nowMs);
  const { events, next, more } = readAnswer(pageSchema, body, url);
  const items = events.map(({ cursor, event }) => {
    const item = itemOf(cursor, event);
    if (item === undefined)
      throw new GiroError('RELAY_ANSWER', `${url.origin}: a content is not what its hash says`);
    return item;
  });
  return { kind: 'page', items, next, more, etag: answer.headers.etag };
}

/** Where a feed begins that no longer knows a cursor. @throws {GiroError} RELAY_ANSWER. */
export function goneOf(body: string, url: URL): { readonly kind: 'gone'; readonly next: string } {
  return { kind: 'gone', next: readAnswer(goneSchema, body, url).next };
}

/** What an answer says that is no success. */
export function refusal({ status, headers }: InboxAnswer, url: URL, nowMs: number): InboxError {
  const isFinal = status >= 300 && status < 500 && status !== 408 && status !== 429;
  const retryAfter = headers['retry-after'];
  return new InboxError(
    isFinal ? 'RELAY_REFUSED' : 'RELAY_UNREACHABLE',
    `${url.origin}: HTTP ${status}`,
    retryAfter === undefined ? undefined : parseRetryAfter(retryAfter, nowMs),
  );
}

/** @throws {GiroError} RELAY_ANSWER when it is longer than any page. */
export async function textOf({ body }: InboxAnswer, url: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LONGEST_ANSWER_BYTES)
      throw new GiroError('RELAY_ANSWER', `${url.origin}: more than ${LONGEST_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function withQuery(url: URL, query: Readonly<Record<string, string | undefined>>): URL {
  const target = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) target.searchParams.set(name, value);
  }
  return target;
}

function readAnswer<Schema extends z.ZodType>(schema: Schema, body: string, url: URL): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new GiroError('RELAY_ANSWER', `${url.origin}: no JSON`, { cause });
  }
  const { data, error } = schema.safeParse(value);
  if (data === undefined) {
    throw new GiroError('RELAY_ANSWER', `${url.origin}: no page of a feed`, { cause: error });
  }
  return data;
}
