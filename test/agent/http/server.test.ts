import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { createHttpServer, type HttpServer, listen } from '../../../agent/http/server.ts';
import { RecordingLog } from '../../drivers/recording-log.ts';

async function serve(t: TestContext, add: (server: HttpServer) => void = () => {}) {
  const log = new RecordingLog();
  const server = await createHttpServer({ title: 'Test', description: 'A test.', bodyLimit: 1024, log });
  t.after(() => server.close());
  add(server);
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  return { server, log, port, url: `http://127.0.0.1:${port}` };
}

test('routes are checked by their schemas, and what is wrong is named', async (t) => {
  const { url } = await serve(t, (server) => {
    server.get(
      '/double',
      {
        schema: {
          querystring: z.object({ of: z.coerce.number().max(10) }),
          response: { 200: z.object({ double: z.number() }) },
        },
      },
      ({ query }) => ({ double: query.of * 2 }),
    );
  });
  assert.deepEqual(await (await fetch(`${url}/double?of=4`)).json(), { double: 8 });

  const refused = await fetch(`${url}/double?of=11`);
  assert.equal(refused.status, 400);
  assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const problem = (await refused.json()) as { title: string; detail: string };
  assert.match(problem.detail, /^querystring: \/of .*10/);

  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object };
  assert.deepEqual(Object.keys(document.paths), ['/double']);
});

test('a failure of ours is in the log, not in the answer', async (t) => {
  const { url, log } = await serve(t, (server) => {
    server.get('/broken', () => {
      throw new Error('a secret of the machine');
    });
  });
  const answer = await fetch(`${url}/broken`);
  assert.equal(answer.status, 500);
  assert.doesNotMatch(await answer.text(), /secret/);
  assert.deepEqual(log.at('error'), ['a request failed']);
});

test('a body over the limit is answered with 413, an unknown address with 404', async (t) => {
  const { url } = await serve(t, (server) => {
    server.post('/take', () => ({}));
  });
  const large = await fetch(`${url}/take`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify('x'.repeat(1024)),
  });
  assert.deepEqual([large.status, (await fetch(`${url}/nowhere`)).status], [413, 404]);
});

test('a port in use is said in the words of the catalogue', async (t) => {
  const { port } = await serve(t);
  const log = new RecordingLog();
  const second = await createHttpServer({ title: 'Test', description: 'A test.', bodyLimit: 1024, log });
  t.after(() => second.close());
  await assert.rejects(listen(second, { host: '127.0.0.1', port }), { code: 'PORT_BUSY' });
});

test('closing does not wait for whoever keeps a connection open', async (t) => {
  const { server, port } = await serve(t);
  const idle = connect(port, '127.0.0.1');
  await once(idle, 'connect');
  idle.on('error', () => {}); // a reset is one way to be let go
  const ended = new Promise((resolve) => idle.once('close', resolve));
  idle.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n');
  await server.close();
  await ended;
});

test('the address that it is given stays as it is: it is compared with that of the next configuration', async (t) => {
  const server = await createHttpServer({
    ...{ title: 'Test', description: 'A test.', bodyLimit: 1024 },
    log: new RecordingLog(),
  });
  t.after(() => server.close());
  const address = { host: '127.0.0.1', port: 0 };
  await listen(server, address);
  assert.deepEqual(address, { host: '127.0.0.1', port: 0 });
});

test('whoever is refused and goes on sending is answered, and hung up on', async (t) => {
  const { port } = await serve(t, (server) => {
    server.addHook('onRequest', async (_request, reply) => reply.code(401).send());
    server.post('/take', () => ({}));
  });
  const caller = connect(port, '127.0.0.1');
  caller.on('error', () => {}); // the reset that ends it
  const closed = new Promise((resolve) => caller.once('close', resolve));
  caller.write('POST /take HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
  const [answer] = (await once(caller, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 401 /);
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  let sent = 0;
  const flood = (): void => {
    while (!caller.destroyed && sent < 2_000 && caller.write(chunk)) sent += 1;
    sent += 1;
  };
  caller.on('drain', flood);
  flood();
  await closed;
  assert.ok(sent < 500, `${sent} chunks of 64 KiB were taken`);
});
