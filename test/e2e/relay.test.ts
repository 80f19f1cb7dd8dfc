import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { assertContract } from '../contract.ts';
import { Chain, type ChainGym } from './chain.ts';

const EVENTS = 40;
const NAMES = [
  'notificarCadastro',
  'notificarContrato',
  'notificarVendaAvulsa',
  'notificarPagamento',
  'novidade',
];

const FORM = 'application/x-www-form-urlencoded';
const typeOf = (number: number): string => (number % 4 === 3 ? FORM : 'application/json; charset=utf-8');

/** Bodies of any shape: what they have in common is what the inbox is told to look for. */
function bodyOf(gym: number, number: number): Buffer {
  const name = NAMES[number % NAMES.length];
  const key = String(gym).repeat(32);
  if (typeOf(number) === FORM) {
    return Buffer.from(`evento=${name}&chave=${key}&empresa=${gym + 1}&numero=${number}&nome=Jos%E9+%20`);
  }
  const tail =
    number % 2 === 0 ? '"saldo":10.50,"id":12345678901234567890' : '"a":1,"a":2,\r\n "nome":"Jos\u00e9"';
  return Buffer.from(
    `{ "evento":"${name}", "chave":"${key}","empresa":${gym + 1},"numero":${number},${tail} }\n`,
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function postUntilTaken(chain: Chain, gym: number, number: number): Promise<void> {
  while (!(await chain.post(bodyOf(gym, number), typeOf(number))));
}

/** Everything that a gym was posted is there, to the byte and in either form, and nothing else is. */
function assertWhole(gym: ChainGym, place: number, count: number): void {
  const wanted = Array.from({ length: count }, (_, number) => sha256(bodyOf(place, number))).sort();
  assert.deepEqual([...gym.events.values()].map((event) => event.sha256).sort(), wanted);
  const transparent = new Map(
    gym.delivered.filter(({ format }) => format === 'transparente').map((each) => [each.id, each.sha256]),
  );
  assert.deepEqual([...transparent.values()].sort(), wanted);
  assert.deepEqual(
    [...transparent.keys()].sort(),
    [...gym.events.keys()].sort(),
    'ids are equal in both forms',
  );
  const types = new Map(
    Array.from({ length: count }, (_, number) => [sha256(bodyOf(place, number)), typeOf(number)] as const),
  );
  for (const { format, body } of gym.delivered) {
    if (format !== 'giro') continue;
    assertContract(body);
    assert.equal(body.nuvem.tipoConteudo, types.get(body.conteudoSha256));
  }
}

for (const kind of ['pull', 'stream'] as const) {
  test(`${kind}: kill -9 of inbox, gateway and receiver in turn; nothing lost, bytes equal, gyms apart`, async () => {
    const chain = await Chain.open('centro', 'sul');
    try {
      await chain.start();
      const url = `http://127.0.0.1:${chain.feedPort}/v1`;
      for (const gym of chain.gyms) {
        gym.configure(
          kind === 'pull' ? `    pull: ${url}/events\n    everySeconds: 1\n` : `    stream: ${url}/stream\n`,
        );
        await gym.listen();
        await gym.start();
      }
      const [first] = chain.gyms;
      for (let number = 0; number < EVENTS; number += 1) {
        await Promise.all(chain.gyms.map((_, place) => postUntilTaken(chain, place, number)));
        if (number === 10) {
          await chain.inbox?.end('SIGKILL');
          await chain.start();
        }
        if (number === 20) {
          await first?.gateway?.end('SIGKILL');
          await first?.start();
        }
        if (number === 30) {
          await first?.receiver?.end('SIGKILL');
          await first?.listen();
        }
      }
      for (const [place, gym] of chain.gyms.entries()) {
        await gym.receiver?.until('both forms of all events', () => {
          const ids = new Set(gym.delivered.map(({ id, format }) => `${format} ${id}`));
          return ids.size === EVENTS * 2;
        });
        assertWhole(gym, place, EVENTS);
        const channels = new Set([...gym.events.values()].map(({ channel }) => channel));
        assert.deepEqual([...channels], [kind === 'pull' ? 'consulta' : 'sse']);
      }
    } finally {
      await chain.close();
    }
  });
}
