import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadAssets } from '../../../agent/panel/assets.ts';
import { ask, startGateway } from './gateways.ts';

const LARGEST_BYTES = 150_000;

test('all that a browser loads is less than 150 kB compressed', async (t) => {
  const assets = await loadAssets();
  const sum = assets.reduce((total, { gzipped }) => total + gzipped.length, 0);
  t.diagnostic(`${sum} bytes in ${assets.length} files`);
  assert.ok(assets.length > 10);
  assert.ok(sum < LARGEST_BYTES, `${sum} bytes`);
});

test('everything that the page names is served from here', async () => {
  const assets = await loadAssets();
  const paths = new Set(assets.map(({ path }) => path));
  for (const { path, bytes } of assets.filter((asset) => !asset.path.startsWith('/lib/'))) {
    const text = bytes.toString('utf8');
    const named = text.matchAll(/(?:from |import\(|src=|href ?= ?)["'](\/[\w./]*)["']/g);
    for (const [, name = ''] of named) {
      const isApi = ['/openapi.json', '/metrics'].includes(name);
      assert.ok(isApi || paths.has(name), `${path} names ${name}`);
    }
  }
});

test('what the first view needs is named in the page, so that a browser asks for all of it at once', async () => {
  const texts = new Map((await loadAssets()).map(({ path, bytes }) => [path, bytes.toString('utf8')]));
  const needed = new Set<string>();
  const need = (path: string): void => {
    if (needed.has(path)) return;
    needed.add(path);
    for (const [, name = ''] of (texts.get(path) ?? '').matchAll(/^import .* from '([^']+)';$/gm)) need(name);
  };
  need('/app.js');
  const named = (texts.get('/') ?? '').matchAll(
    /(?:rel="modulepreload" href|script type="module" src)="([^"]+)"/g,
  );
  assert.deepEqual([...named].map(([, path]) => path).sort(), [...needed].sort());
});

test('files come compressed to whoever takes it, and once only', async (t) => {
  const { url } = await startGateway(t);
  const plain = await ask(`${url}app.js`);
  const small = await ask(`${url}app.js`, { headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(small.headers['content-encoding'], 'gzip');
  const again = await ask(`${url}app.js`, { headers: { 'if-none-match': String(plain.headers.etag) } });
  assert.deepEqual([again.status, again.text], [304, '']);
});

test('a search names what it does not understand', async (t) => {
  const { url } = await startGateway(t);
  assert.deepEqual((await ask(`${url}api/accesses?person=1029`)).json(), []);
  for (const query of ['date=2026-02-30', 'date=yesterday', 'id=7', 'limit=100000', 'person=']) {
    const answer = await ask(`${url}api/accesses?${query}`);
    assert.equal(answer.status, 400, query);
    assert.ok(answer.json<{ detail: string }>().detail !== '', query);
  }
});
