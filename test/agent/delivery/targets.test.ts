import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interested } from '../../../agent/delivery/targets.ts';
import { FEED } from '../../../agent/events/event.ts';
import type { Feed } from '../../../config/sections/feed.ts';

const feed: Feed = {
  listen: { host: '127.0.0.1', port: 0 },
  tls: undefined,
  keepDays: 30,
  consumers: [{ id: 'integrator', unit: 'centro', tokens: [] }],
};

for (const [name, unit, want] of [
  ['notificarAcesso', 'centro', [FEED]],
  ['notificarPagamento', 'centro', [FEED]],
  ['eventoNuvem', 'centro', [FEED]],
  ['notificarAcesso', 'sul', []],
  ['giro.alerta', 'centro', []],
  ['giro.resumo', 'centro', []],
] as const) {
  test(`the feed of a consumer of centro: ${name} of ${unit}`, () => {
    assert.deepEqual(interested({ webhooks: [], feed }, { name, unit }), want);
  });
}
