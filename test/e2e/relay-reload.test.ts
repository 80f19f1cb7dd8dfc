import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Chain } from './chain.ts';
import { type GiroProcess, LIMIT_MS } from './processes.ts';

/** Of gym number `gym`, to which the inbox gives company and key by its number. */
function bodyOf(gym: number, numero: number): Buffer {
  const [chave, empresa] = [String(gym).repeat(32), gym + 1];
  return Buffer.from(JSON.stringify({ evento: 'notificarPagamento', chave, empresa, numero }));
}

function change(path: string, from: string | RegExp, to: string): void {
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  assert.notEqual(after, before);
  writeFileSync(path, after);
}

function applied(process: GiroProcess, times: number): Promise<void> {
  const count = () => process.stderr.filter((line) => line.includes('configuration applied')).length;
  return process.until(`configuration applied, ${times}`, () => count() >= times);
}

test('a new gym at the inbox and another pace at a gym, while events come: no post refused, none lost or read again', {
  timeout: LIMIT_MS,
}, async (t) => {
  const chain = await Chain.open('centro', 'sul');
  t.after(() => chain.close());
  const [centro, sul] = chain.gyms;
  assert.ok(centro && sul);
  const later = /^ {2}- \{ id: sul, company.*\n/m;
  const unitLine = later.exec(readFileSync(chain.inboxConfig, 'utf8'))?.[0] ?? '';
  const consumerLine =
    /^ {4}- \{ id: sul, unit.*\n/m.exec(readFileSync(chain.inboxConfig, 'utf8'))?.[0] ?? '';
  change(chain.inboxConfig, unitLine, '');
  change(chain.inboxConfig, consumerLine, '');
  const inbox = await chain.start();
  const url = `http://127.0.0.1:${chain.feedPort}/v1`;
  for (const gym of [centro, sul]) {
    gym.configure(`    stream: ${url}/stream\n    pull: ${url}/events\n`);
  }
  await centro.listen();
  const gateway = await centro.start();

  const posted = new Set<number>();
  const post = async (numero: number): Promise<void> => {
    assert.ok(await chain.post(bodyOf(0, numero)), `post ${numero} was taken at once`);
    posted.add(numero);
  };
  assert.ok(await chain.post(bodyOf(1, 1)), 'a post for a gym that is not configured yet');
  let isOver = false;
  const posting = (async () => {
    for (let numero = 0; !isOver || numero < 50; numero += 1) await post(numero);
  })();
  const changes = (async () => {
    change(chain.inboxConfig, 'turnstiles: []', `${unitLine}turnstiles: []`);
    await applied(inbox, 1);
    change(centro.config, '    pull: ', '    everySeconds: 7\n    pull: ');
    await applied(gateway, 1);
    writeFileSync(chain.inboxConfig, `${readFileSync(chain.inboxConfig, 'utf8')}${consumerLine}`);
    await applied(inbox, 2);
    isOver = true;
  })();
  await Promise.all([posting, changes]);
  assert.ok(await chain.post(bodyOf(1, 2)));

  await sul.listen();
  await sul.start();
  await centro.receiver?.until('all of centro', () => centro.events.size === posted.size);
  await sul.receiver?.until('the post after the change', () => sul.events.size > 0);
  const said = (pattern: RegExp): number => gateway.stderr.filter((line) => pattern.test(line)).length;
  await gateway.until('its line', () => said(/"msg":"cloud event"/) >= posted.size); // it is written after the delivery
  assert.equal(said(/"msg":"cloud event"/), posted.size);
  assert.equal(said(/no longer knows/), 0, 'the place in the feed is kept');
  assert.match(await inbox.line(/a unit fits posts that were kept/), /"posts":1/);
  const listening = inbox.stderr.filter((line) => line.includes('relay endpoint listens'));
  assert.equal(listening.length, 1, 'the endpoint never closed');
});
