import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { FEED } from '../../../../agent/events/event.ts';
import { relayedContent } from '../../../../agent/events/relayed.ts';
import { ManualClock } from '../../../clock.ts';
import { eventOf, idOf } from '../../journal/journals.ts';
import { feed, type Node, openNode } from '../relay/set-up.ts';

const hash = (token: string) => createHash('sha256').update(token).digest('hex');
const CONSUMERS = [
  { id: 'gym-centro', unit: 'centro', tokens: [hash('token-centro'), hash('token-centro-new')] },
  { id: 'integrator', unit: 'centro', tokens: [hash('token-integrator')] },
  { id: 'gym-sul', unit: 'sul', tokens: [hash('token-sul')] },
];

interface Page {
  readonly events: readonly { cursor: string; event: { id: string; sequencia: number } }[];
  readonly next: string;
  readonly more: boolean;
}

async function accept({ journal }: Node, unit: string, ...numbers: number[]): Promise<void> {
  await journal.accept({
    events: numbers.map((number) => eventOf(number, { unit, recordedAtMs: Date.now(), webhooks: [FEED] })),
  });
}

async function ask(url: string, query = '', token = 'token-centro', headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}/v1/events${query}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: JSON.parse(text || 'null') };
}

async function page(url: string, query = '', token?: string): Promise<Page> {
  const { status, body } = await ask(url, query, token);
  assert.equal(status, 200, JSON.stringify(body));
  return body as Page;
}

const ids = ({ events }: Page) => events.map(({ event }) => event.id);

test('a list by cursor, page by page, each consumer where it likes; what is new is behind next', async (t) => {
  const node = await openNode(t);
  const url = await feed(node, CONSUMERS);
  const empty = await page(url);
  assert.deepEqual([empty.events, empty.more], [[], false]);
  await accept(node, 'centro', 1, 2, 3);
  await accept(node, 'sul', 4);
  const first = await page(url, `?after=${empty.next}&limit=2`);
  assert.deepEqual([ids(first), first.more], [[idOf(1), idOf(2)], true]);
  const second = await page(url, `?after=${first.next}`, 'token-centro-new');
  assert.deepEqual([ids(second), second.more], [[idOf(3)], false]);
  assert.deepEqual(ids(await page(url, `?after=${first.events[0]!.cursor}`, 'token-integrator')), [
    idOf(2),
    idOf(3),
  ]);
  assert.deepEqual(second.events[0]!.event.sequencia, 3);
  assert.deepEqual(ids(await page(url, '?afterSequence=1')), [idOf(2), idOf(3)], 'by sequence');
  await accept(node, 'centro', 5);
  assert.deepEqual(ids(await page(url, `?after=${second.next}`)), [idOf(5)]);
});

test('by time, as recorded', async (t) => {
  const node = await openNode(t);
  const url = await feed(node, CONSUMERS);
  const base = Date.now();
  const events = [1, 2, 3].map((number) =>
    eventOf(number, { unit: 'centro', recordedAtMs: base + number * 1_000, webhooks: [FEED] }),
  );
  await node.journal.accept({ events });
  const since = (ms: number) => `?since=${encodeURIComponent(new Date(base + ms).toISOString())}`;
  assert.deepEqual(ids(await page(url, since(1_500))), [idOf(2), idOf(3)]);
  assert.deepEqual(ids(await page(url, since(9_000))), []);
  assert.equal((await ask(url, '?since=yesterday')).status, 400);
});

test('a consumer of one unit sees nothing of another, whatever it asks with', async (t) => {
  const node = await openNode(t);
  const url = await feed(node, CONSUMERS);
  await accept(node, 'centro', 1, 2);
  await accept(node, 'sul', 3);
  const other = (await page(url)).events[0]!.cursor;
  assert.deepEqual(ids(await page(url, '', 'token-sul')), [idOf(3)]);
  const foreign = await ask(url, `?after=${other}`, 'token-sul');
  assert.equal(foreign.status, 410);
  assert.deepEqual(ids(await page(url, `?after=${foreign.body.next}`, 'token-sul')), [idOf(3)]);
  for (const token of ['', 'token', hash('token-centro'), `sha256:${hash('token-centro')}`]) {
    const refused = await ask(url, '', token);
    assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [401, 'Bearer']);
    const stream = await fetch(`${url}/v1/stream`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(stream.status, 401);
    await stream.arrayBuffer();
  }
});

test('a cursor older than what is kept is 410 with where to go on; one of another feed too; nonsense is 400', async (t) => {
  const node = await openNode(t);
  const old = eventOf(1, { unit: 'centro', recordedAtMs: Date.now() - 3 * 86_400_000, webhooks: [FEED] });
  await node.journal.accept({ events: [old, { ...old, id: idOf(2) }] });
  await accept(node, 'centro', 3);
  const first = await feed(node, CONSUMERS);
  const [{ cursor } = { cursor: '' }] = (await page(first)).events;
  await node.close();

  const again = await openNode(t, { folder: node.folder });
  await again.journal.pruneFeed('centro', Date.now() - 86_400_000);
  await accept(again, 'centro', 4);
  const url = await feed(again, CONSUMERS);
  const gone = await ask(url, `?after=${cursor}`);
  assert.equal(gone.status, 410);
  assert.equal(gone.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  assert.deepEqual(ids(await page(url, `?after=${gone.body.next}`)), [idOf(3), idOf(4)]);
  assert.equal((await ask(url, '?after=!!!')).status, 400);
  assert.equal((await ask(url, '?limit=0')).status, 400);
});

test('retention by time: what is older than keepDays is taken away as the days pass', async (t) => {
  const clock = new ManualClock();
  const node = await openNode(t, { clock });
  const url = await feed(node, CONSUMERS);
  const recordedAtMs = clock.now();
  const fed = (number: number, ms: number) =>
    eventOf(number, { unit: 'centro', recordedAtMs: recordedAtMs + ms, webhooks: [FEED] });
  await node.journal.accept({ events: [fed(1, 0), fed(2, 86_400_000)] });
  const { events } = await page(url);
  await clock.advance(30 * 86_400_000 - 1);
  assert.deepEqual(ids(await page(url)), [idOf(1), idOf(2)], 'kept for 30 days');
  while (ids(await page(url)).length > 1) await clock.advance(3_600_000);
  assert.deepEqual(ids(await page(url)), [idOf(2)]);
  assert.ok(clock.now() < recordedAtMs + 31 * 86_400_000);
  assert.deepEqual(
    ids(await page(url, `?after=${events[0]!.cursor}`)),
    [idOf(2)],
    'nothing is missing behind it',
  );
  const beginning = Buffer.from(events[0]!.cursor, 'base64url').toString().replace(/1$/, '0');
  assert.equal((await ask(url, `?after=${Buffer.from(beginning).toString('base64url')}`)).status, 410);
});

test('long poll: answered as soon as there is one, and empty when the time is up; 304 for what did not change', async (t) => {
  const node = await openNode(t);
  const url = await feed(node, CONSUMERS);
  const { next } = await page(url);
  const waiting = page(url, `?after=${next}&wait=50`);
  const other = page(url, `?after=${next}&wait=50`, 'token-integrator');
  await accept(node, 'sul', 9);
  await accept(node, 'centro', 1);
  assert.deepEqual([ids(await waiting), ids(await other)], [[idOf(1)], [idOf(1)]]);
  const end = await page(url, `?after=${next}`);
  assert.deepEqual((await page(url, `?after=${end.next}&wait=1`)).events, []);
  const unchanged = await ask(url, `?after=${end.next}`, 'token-centro', {
    'if-none-match': `"${end.next}"`,
  });
  assert.equal(unchanged.status, 304);
  const changed = await ask(url, `?after=${next}`, 'token-centro', { 'if-none-match': `"${next}"` });
  assert.equal(changed.status, 200);
});

test('a stream begins behind Last-Event-ID, goes on as events come, and ends with the server', async (t) => {
  const node = await openNode(t);
  const url = await feed(node, CONSUMERS);
  const content = relayedContent({ evento: 'x', nuvem: {} }, Buffer.from('{\r\n "a": 1 }\n'));
  await accept(node, 'centro', 1, 2);
  const { events } = await page(url);
  const answer = await fetch(`${url}/v1/stream`, {
    headers: { authorization: 'Bearer token-centro', 'last-event-id': events[0]!.cursor },
  });
  assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  const decoder = new TextDecoder();
  const reader = answer.body!.getReader();
  const until = async (count: number): Promise<void> => {
    while (messages.length < count) {
      const { value, done } = await reader.read();
      assert.ok(!done, 'the stream goes on');
      parser.feed(decoder.decode(value, { stream: true }));
    }
  };
  await until(1);
  assert.equal(messages[0]?.id, events[1]!.cursor);
  await node.journal.accept({
    events: [eventOf(3, { unit: 'centro', name: 'eventoNuvem', content, webhooks: [FEED] })],
  });
  await until(2);
  assert.equal(messages[1]?.event, 'eventoNuvem');
  assert.deepEqual(JSON.parse(messages[1]!.data).conteudo, { a: 1 });
  await node.close();
  while (!(await reader.read()).done);
});

test('more questions of a consumer than may wait are told to come later; others are not affected', async (t) => {
  const node = await openNode(t);
  const url = await feed(node, CONSUMERS);
  const open = new AbortController();
  const streams = await Promise.all(
    Array.from({ length: 8 }, () =>
      fetch(`${url}/v1/stream`, { headers: { authorization: 'Bearer token-centro' }, signal: open.signal }),
    ),
  );
  assert.ok(streams.every(({ status }) => status === 200));
  const { next } = await page(url);
  const refused = await ask(url, `?after=${next}&wait=50`);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '10']);
  assert.equal((await ask(url, `?after=${next}&wait=1`, 'token-integrator')).status, 200);
  open.abort();
});

test('OpenAPI is served, made of the routes’ schemas', async (t) => {
  const node = await openNode(t);
  const url = await feed(node, CONSUMERS);
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, { get: { responses: object; parameters: { name: string }[] } }>;
  };
  assert.deepEqual(Object.keys(document.paths), ['/v1/events', '/v1/stream']);
  const { responses, parameters } = document.paths['/v1/events']!.get;
  assert.deepEqual(Object.keys(responses), ['200', '304', '400', '401', '410', '429']);
  assert.ok(parameters.some(({ name }) => name === 'after'));
});
