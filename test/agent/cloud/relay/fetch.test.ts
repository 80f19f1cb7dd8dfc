import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { relayedEvent } from '../../../../agent/cloud/relay/event.ts';
import { Fetching } from '../../../../agent/cloud/relay/fetch.ts';
import { FEED } from '../../../../agent/events/event.ts';
import { relayedContent, sha256 } from '../../../../agent/events/relayed.ts';
import type { FetchSource } from '../../../../config/sections/relay.ts';
import type { ServerTls } from '../../../../config/sections/server-tls.ts';
import { ManualClock } from '../../../clock.ts';
import { fixture } from '../../delivery/certificates.ts';
import { idOf } from '../../journal/journals.ts';
import { feed, fetchSource, type Node, openNode, PATH, receive, UNITS } from './set-up.ts';

const TOKEN = 'token-of-the-gym-centro';
const CONSUMERS = [{ id: 'gym', unit: 'centro', tokens: [createHash('sha256').update(TOKEN).digest('hex')] }];
const bodyOf = (number: number) =>
  `{"evento":"notificarCadastro","chave":"${UNITS[0]!.key}","empresa":1,"n":${number}.0}`;

/** An inbox in this process, and what posts to it. */
async function openInbox(t: TestContext, tls?: ServerTls) {
  const node = await openNode(t);
  const posts = await receive(node);
  const url = await feed(node, CONSUMERS, { tls });
  const post = async (...numbers: number[]): Promise<void> => {
    for (const number of numbers) {
      const { status } = await fetch(`${posts}${PATH}`, { method: 'POST', body: bodyOf(number) });
      assert.equal(status, 202);
    }
  };
  return { node, post, url };
}

function start(node: Node, source: Partial<FetchSource>): void {
  const fetching = new Fetching(fetchSource({ token: TOKEN, ...source }), UNITS[0]!, node.parts);
  node.running.push(fetching.run(node.signal));
}

interface Got {
  readonly id: string;
  readonly conteudoSha256: string;
  readonly nuvem: { readonly canal: string };
}

/** Waits until the gym has so many cloud events. */
async function got({ journal, news }: Node, count: number): Promise<Got[]> {
  for (;;) {
    const version = news.version('centro');
    const pending = await journal.pending('crm', 'pacto/centro', 0, 1_000);
    if (pending.length >= count) return pending.map(({ body }) => JSON.parse(body) as Got);
    await news.wait('centro', version, 30_000, AbortSignal.timeout(60_000));
  }
}

async function fakeInbox(t: TestContext, handle: RequestListener): Promise<string> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Passes a request on to an inbox, and its answer back as it comes. */
function forward(inbox: string, from: IncomingMessage, to: ServerResponse): void {
  const { authorization, 'last-event-id': last } = from.headers;
  const headers = { ...(authorization && { authorization }), ...(last && { 'last-event-id': last }) };
  const there = request(`${inbox}${from.url}`, { headers }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, to, () => {}); // whichever side ends it
  });
  there.on('error', () => to.destroy());
  to.on('close', () => there.destroy());
  there.end();
}

for (const kind of ['pull', 'stream'] as const) {
  test(`${kind}: ids and bytes are the inbox’s; after a restart it goes on where it stood`, async (t) => {
    const inbox = await openInbox(t);
    const source = { [kind]: new URL(`${inbox.url}/v1/${kind === 'pull' ? 'events' : 'stream'}`) };
    const gym = await openNode(t);
    await inbox.post(1, 2);
    start(gym, source);
    const before = await got(gym, 2);
    assert.deepEqual(
      before.map(({ conteudoSha256 }) => conteudoSha256),
      [1, 2].map((number) => sha256(Buffer.from(bodyOf(number)))),
    );
    assert.ok(before.every(({ nuvem }) => nuvem.canal === (kind === 'pull' ? 'consulta' : 'sse')));
    const atInbox = await got(inbox.node, 2);
    assert.deepEqual(
      before.map(({ id }) => id),
      atInbox.map(({ id }) => id),
    );
    await gym.close();

    await inbox.post(3);
    const again = await openNode(t, { folder: gym.folder });
    assert.equal(again.journal.state.relays.length, 1);
    start(again, source);
    await got(again, 3);
    assert.ok(!again.lines.some(({ message }) => /no longer knows/.test(message)));
  });
}

test('a cursor reset and an inbox that began anew: everything is read again, nothing is there twice', async (t) => {
  const inbox = await openInbox(t);
  await inbox.post(1, 2, 3);
  const gym = await openNode(t);
  const pull = new URL(`${inbox.url}/v1/events`);
  start(gym, { pull });
  await got(gym, 3);
  await gym.journal.accept({ relay: { relay: 'pacto', source: pull.origin, position: 'bogus' } });
  await gym.close();
  const reset = await openNode(t, { folder: gym.folder });
  start(reset, { pull });
  await reset.line(/cloud events cannot come/); // 400: a position that is no cursor is for a person to see
  await reset.journal.accept({
    relay: {
      relay: 'pacto',
      source: pull.origin,
      position: Buffer.from(`centro ${'0'.repeat(16)} 9`).toString('base64url'),
    },
  });
  await reset.close();
  const anew = await openNode(t, { folder: gym.folder });
  start(anew, { pull });
  await anew.line(/no longer knows/);
  await inbox.post(4);
  assert.equal((await got(anew, 4)).length, 4);
});

/** Lets the clock run from one wait to the next, as soon as nothing else goes on, until `done`; over no longer wait. */
async function pump(clock: ManualClock, done: () => boolean, longestMs = Number.POSITIVE_INFINITY) {
  while (!done()) {
    await new Promise((resolve) => setImmediate(resolve));
    const waitMs = (clock.nextAtMs ?? Number.POSITIVE_INFINITY) - clock.now();
    if (waitMs <= longestMs && clock.nextAtMs !== undefined) await clock.advance(waitMs);
  }
}

/** Between two tries; a stream is silent for longer before it is given up. */
const LONGEST_BACKOFF_MS = 36_000;

test('an inbox that is away for a day: tried on, at most 36 s apart, and then everything comes', async (t) => {
  const clock = new ManualClock();
  const gym = await openNode(t, { clock });
  const triedAtMs: number[] = [];
  let inbox: Awaited<ReturnType<typeof openInbox>> | undefined;
  const url = await fakeInbox(t, (request, response) => {
    triedAtMs.push(clock.now());
    if (inbox === undefined) request.socket.destroy();
    else forward(inbox.url, request, response);
  });
  start(gym, { pull: new URL(`${url}/v1/events`) });
  const beganAtMs = clock.now();
  await pump(clock, () => clock.now() - beganAtMs >= 86_400_000);
  const waits = triedAtMs.slice(1).map((atMs, place) => atMs - triedAtMs[place]!);
  assert.ok(
    waits.length >= 2_000 && Math.max(...waits) <= 36_000,
    `${waits.length}, ${Math.max(...waits)} ms`,
  );

  inbox = await openInbox(t);
  await inbox.post(1, 2, 3);
  let all: Got[] | undefined;
  void got(gym, 3).then((found) => {
    all = found;
  });
  await pump(clock, () => all !== undefined);
  assert.equal(all?.length, 3);
});

test('the stream cannot be had: the same events come by asking, and by the stream again once it can', async (t) => {
  const inbox = await openInbox(t);
  let broken = true;
  const proxied = await fakeInbox(t, (request, response) => {
    if (broken && request.url?.startsWith('/v1/stream')) response.writeHead(502).end();
    else forward(inbox.url, request, response);
  });
  const gym = await openNode(t);
  await inbox.post(1);
  start(gym, { stream: new URL(`${proxied}/v1/stream`), pull: new URL(`${proxied}/v1/events`) });
  assert.equal((await got(gym, 1))[0]?.nuvem.canal, 'consulta');
  broken = false;
  await inbox.post(2, 3);
  await got(gym, 3);
  await inbox.post(4);
  const channels = (await got(gym, 4)).map(({ nuvem }) => nuvem.canal);
  assert.equal(channels.at(-1), 'sse');
});

test('what an inbox asks for is obeyed: Retry-After; If-None-Match is sent; a refusal is told', async (t) => {
  const clock = new ManualClock();
  const gym = await openNode(t, { clock });
  const asked: { atMs: number; etag: string | undefined }[] = [];
  const url = await fakeInbox(t, (request, response) => {
    asked.push({ atMs: clock.now(), etag: request.headers['if-none-match'] });
    if (asked.length === 1) response.writeHead(429, { 'retry-after': '120' }).end();
    else if (asked.length <= 3)
      response.writeHead(200, { etag: '"e"' }).end('{"events":[],"next":"n","more":false}');
    else response.writeHead(401).end();
  });
  start(gym, { pull: new URL(`${url}/v1/events`), every: 5_000 });
  const codes = () => gym.lines.map(({ data }) => data.code);
  await pump(clock, () => codes().includes('RELAY_REFUSED'));
  const [first, second, third, fourth] = asked;
  assert.ok(second!.atMs - first!.atMs >= 120_000);
  assert.deepEqual([third!.atMs - second!.atMs, fourth!.atMs - third!.atMs], [5_000, 5_000]);
  assert.deepEqual(
    asked.slice(0, 4).map(({ etag }) => etag),
    [undefined, undefined, '"e"', '"e"'],
  );
  assert.ok(codes().includes('RELAY_UNREACHABLE'));
  const { health } = gym.parts;
  assert.deepEqual(health.conditions(clock.now()), []);
  const [alarm] = health.conditions(clock.now() + 15 * 60_000);
  assert.equal(alarm?.code, 'nuvem_parada');
  assert.match(alarm.what.en, /cloud events of pacto do not come: the inbox .* refuses this gym/);
});

test('over TLS with an authority of one’s own; without it the inbox is not believed', async (t) => {
  const tls = { certificate: fixture('good'), key: fixture('key') };
  const inbox = await openInbox(t, tls);
  await inbox.post(1);
  const [good, bad] = [await openNode(t), await openNode(t)];
  const pull = new URL(`${inbox.url}/v1/events`);
  start(bad, { pull });
  assert.match(String((await bad.line(/cloud events cannot come/)).data.detail), /SELF_SIGNED|UNABLE_TO/);
  start(good, { pull, ca: fixture('ca') });
  await got(good, 1);
});

test('through a proxy', async (t) => {
  const inbox = await openInbox(t);
  await inbox.post(1);
  const asked: string[] = [];
  const proxy = await fakeInbox(t, (request, response) => {
    const url = new URL(String(request.url));
    asked.push(url.host);
    request.url = url.pathname + url.search;
    forward(inbox.url, request, response);
  });
  const gym = await openNode(t);
  start(gym, { pull: new URL('http://inbox.example.com/v1/events'), proxy: new URL(proxy) });
  await got(gym, 1);
  assert.equal(asked[0], 'inbox.example.com');
});

test('only events of the cloud are taken, and only whose hash is right', async (t) => {
  const gym = await openNode(t);
  const content = Buffer.from('{"a":1}');
  const members = {
    id: '6f1c7b52-1f0e-5c1e-9a37-0f6c0f6f2a11',
    evento: 'notificarCadastro',
    versao: '1',
    ocorridoEm: '2026-11-24T18:03:12.481-03:00',
    nuvem: { tipoConteudo: 'text/x' },
  };
  const good = JSON.parse(relayedContent(members, Buffer.from([0xff])));
  const access = { ...members, nuvem: undefined, evento: 'notificarAcesso' };
  const bad = { ...JSON.parse(relayedContent(members, content)), conteudo: { a: 2 } };
  let page: unknown[] = [access, good];
  const url = await fakeInbox(t, (_request, response) => {
    const events = page.map((event, place) => ({ cursor: `c${place}`, event }));
    response.writeHead(200).end(JSON.stringify({ events, next: `n${events.length}`, more: false }));
    page = [bad];
  });
  start(gym, { pull: new URL(`${url}/v1/events`), every: 1 });
  const [only] = await got(gym, 1);
  assert.equal(only?.id, members.id);
  const { data } = await gym.line(/cloud events cannot come/);
  assert.equal(data.code, 'RELAY_ANSWER');
  assert.equal((await got(gym, 1)).length, 1);
});

test('many pages: all events, in their order, none twice', async (t) => {
  const inbox = await openInbox(t);
  const context = { relay: 'pacto', provider: 'pacto', agent: 'inbox', unit: UNITS[0]! };
  const events = Array.from({ length: 250 }, (_, number) => ({
    ...relayedEvent(
      {
        id: idOf(number),
        channel: 'http',
        bytes: Buffer.from(bodyOf(number)),
        contentType: 'application/json',
        name: 'notificarCadastro',
        receivedAtMs: Date.now(),
      },
      context,
    ),
    webhooks: [FEED],
  }));
  await inbox.node.journal.accept({ events });
  const asked: string[] = [];
  const url = await fakeInbox(t, (request, response) => {
    asked.push(String(request.url));
    forward(inbox.url, request, response);
  });
  const gym = await openNode(t);
  start(gym, { pull: new URL(`${url}/v1/events`), every: 60_000 });
  assert.deepEqual(
    (await got(gym, 250)).map(({ id }) => id),
    events.map(({ id }) => id),
  );
  assert.equal(asked.length, 3, 'one page after another, without waiting for the next turn');
});

test('a schedule: asked at the start and then as cron says', async (t) => {
  const inbox = await openInbox(t);
  await inbox.post(1);
  const gym = await openNode(t);
  start(gym, { pull: new URL(`${inbox.url}/v1/events`), every: '* * * * * *' });
  await got(gym, 1);
  await inbox.post(2);
  assert.equal((await got(gym, 2)).length, 2);
  await gym.close(); // ends though the next turn has not come
});

test('an inbox that says there is more and gives the same cursor is not asked for ever', async (t) => {
  const clock = new ManualClock();
  const gym = await openNode(t, { clock });
  const asked: (string | null)[] = [];
  const url = await fakeInbox(t, (request, response) => {
    asked.push(new URL(String(request.url), 'http://inbox').searchParams.get('after'));
    response.writeHead(200).end('{"events":[],"next":"n","more":true}');
  });
  start(gym, { pull: new URL(`${url}/v1/events`) });
  assert.equal((await gym.line(/cloud events cannot come/)).data.code, 'RELAY_ANSWER');
  assert.deepEqual(asked, [null, 'n']);
});

test('streams that end before anything comes through: the events come by asking', async (t) => {
  const clock = new ManualClock();
  const inbox = await openInbox(t);
  await inbox.post(1);
  const proxied = await fakeInbox(t, (request, response) => {
    if (!request.url?.startsWith('/v1/stream')) forward(inbox.url, request, response);
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': giro\n\n');
  });
  const gym = await openNode(t, { clock });
  start(gym, { stream: new URL(`${proxied}/v1/stream`), pull: new URL(`${proxied}/v1/events`) });
  await pump(clock, () => gym.lines.some(({ message }) => message === 'cloud event'), LONGEST_BACKOFF_MS);
  assert.equal((await got(gym, 1))[0]?.nuvem.canal, 'consulta');
  assert.ok(!gym.lines.some(({ message }) => /cannot come/.test(message)));
});

test('a stream of a cloud’s own: an event without an id leaves the place at the one before it', async (t) => {
  const clock = new ManualClock();
  const gym = await openNode(t, { clock });
  const lastIds: (string | string[] | undefined)[] = [];
  const url = await fakeInbox(t, (request, response) => {
    lastIds.push(request.headers['last-event-id']);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (lastIds.length > 1) response.write(': nothing new\n\n');
    else response.end('id: a\nevent: notificarCadastro\ndata: {"n":1}\n\ndata: {"n":2}\n\n');
  });
  start(gym, { stream: new URL(`${url}/v1/stream`) });
  await pump(clock, () => lastIds.length > 1, LONGEST_BACKOFF_MS);
  assert.deepEqual(lastIds, [undefined, 'a']);
  const content = ['{"n":1}', '{"n":2}'].map((body) => sha256(Buffer.from(body)));
  assert.deepEqual(
    (await got(gym, 2)).map(({ conteudoSha256 }) => conteudoSha256),
    content,
  );
});
