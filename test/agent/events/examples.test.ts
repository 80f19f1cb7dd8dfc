import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Intake } from '../../../agent/accesses/intake.ts';
import { version } from '../../../agent/base/version.ts';
import type { NewEvent } from '../../../agent/events/event.ts';
import { Identity } from '../../../agent/events/identity.ts';
import { render } from '../../../agent/events/render.ts';
import { dayBefore, summaryEvent } from '../../../agent/upkeep/summary.ts';
import type { Unit } from '../../../config/configuration.ts';
import { readConfiguration } from '../../../config/read.ts';
import type { Turnstile } from '../../../config/sections/turnstiles.ts';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { henry } from '../../../drivers/henry/driver.ts';
import { drivers } from '../../../drivers/registry.ts';
import { ManualClock } from '../../clock.ts';
import { GOOD } from '../../config/fakes.ts';
import { assertContract } from '../../contract.ts';
import { rendering } from './events.ts';

const FOLDER = 'config/examples';
const REMEDY = 'stale; GIRO_WRITE_EXAMPLES=1 node --test test/agent/formats/examples.test.ts writes it anew';

const unit: Unit = { id: 'centro', name: 'Unidade Centro', company: 1, timezone: 'America/Sao_Paulo' };
const turnstile: Turnstile = {
  id: 'catraca-1',
  unit: 'centro',
  name: 'Entrada principal',
  driver: henry,
  address: { kind: 'tcp', host: '127.0.0.1', port: 3000 },
  swapDirection: false,
  options: {},
};
const card = { kind: 'cartao', value: '13658925' } as const;
const person = { kind: 'aluno', system: 'pacto', externalId: '1042' } as const;
const live = {
  key: '1',
  identity: 'example',
  freshness: 'live',
  direction: 'entrada',
  means: 'cartao',
} as const;
const granted = {
  ...live,
  kind: 'decided',
  result: 'liberado',
  by: 'dispositivo',
  credential: card,
  person,
} as const;

/** What a turnstile reports, by the name of the example, and how long after its last word the access is looked at. */
const CASES: Readonly<Record<string, readonly Reading[]>> = {
  'granted-passed': [granted, { ...live, kind: 'passed' }],
  denied: [{ ...granted, result: 'negado', reason: 'fora_do_horario', originalReason: 'Fora do horario' }],
  'gave-up': [granted, { ...live, kind: 'gaveUp' }],
  unidentified: [{ kind: 'passed', identity: 'example', freshness: 'live', direction: 'saida' }],
  recovered: [
    { ...granted, freshness: 'recovered', record: '19333', at: { local: '2026-03-02T07:58:31' } },
    {
      ...live,
      kind: 'passed',
      freshness: 'recovered',
      record: '19333',
      at: { local: '2026-03-02T07:58:33' },
    },
  ],
};

/** The event that the gateway makes of these readings, with every random thing fixed. */
async function eventOf(readings: readonly Reading[]): Promise<NewEvent> {
  const clock = new ManualClock();
  const events: NewEvent[] = [];
  const ignore = (): void => {};
  const intake = new Intake({
    turnstile,
    unit,
    agent: 'recepcao-centro',
    identity: new Identity('00000000-0000-4000-8000-000000000001', Buffer.alloc(32, 1)),
    clock,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    open: [],
    device: { manufacturer: 'Henry', model: 'Primme Acesso', serial: '00123' },
    outbox: {
      wanting: () => ['crm'],
      accept: async (accept) => {
        events.push(...(accept.events ?? []));
        return { deliveries: [], duplicates: [], large: [], fed: [] };
      },
    },
    traces: async () => [],
    onDevice: ignore,
    onAlarm: async () => {},
  });
  for (const reading of readings) {
    await intake.record(reading);
    await clock.advance(900);
  }
  const [event, ...more] = events;
  assert.ok(event !== undefined && more.length === 0);
  return {
    ...event,
    content: event.content.replace(`"agenteVersao":"${version}"`, '"agenteVersao":"1.0.0"'),
  };
}

function summary(): unknown {
  const access = { unit: 'centro', result: 'liberado', passage: 'confirmada' } as const;
  const identity = new Identity('00000000-0000-4000-8000-000000000001', Buffer.alloc(32, 1));
  const nowMs = Date.parse('2026-03-03T03:05:00Z');
  const event = summaryEvent(
    dayBefore(nowMs, unit.timezone),
    [
      { ...access, direction: 'entrada', count: 412 },
      { ...access, direction: 'saida', count: 405 },
      { ...access, result: 'negado', passage: 'nao_informada', direction: 'entrada', count: 9 },
    ],
    {
      webhooks: [{ webhook: 'crm', pending: 0, parked: 0 }],
      turnstiles: [{ turnstile: 'catraca-1', clockSkewMs: -840 }],
      alarms: 0,
    },
    { agent: 'recepcao-centro', unit, identity },
    nowMs,
  );
  const content = event.content.replace(`"agenteVersao":"${version}"`, '"agenteVersao":"1.0.0"');
  const body: unknown = JSON.parse(render(undefined, { ...event, content }, 48213).body);
  assertContract(body);
  return body;
}

function flatFormat() {
  const file = `${GOOD}    format: pacto-plano\n`;
  const { webhooks } = readConfiguration(Buffer.from(file), 'giro.yaml', { env: {}, drivers });
  return webhooks[0]?.format ?? assert.fail();
}

async function examples(): Promise<Map<string, unknown>> {
  const all = new Map<string, unknown>();
  for (const [name, readings] of Object.entries(CASES)) {
    const { body } = render(undefined, await eventOf(readings), 48213);
    assertContract(JSON.parse(body));
    all.set(`${name}.json`, JSON.parse(body));
  }
  const passed = await eventOf(CASES['granted-passed'] ?? []);
  for (const format of [{ name: 'cloudevents' } as const, flatFormat()]) {
    all.set(`${format.name}.json`, JSON.parse(render(rendering(format), passed, 48213).body));
  }
  all.set('summary.json', summary());
  const { headers, body } = render(rendering({ name: 'cloudevents-binary' }), passed, 48213);
  all.set('cloudevents-binary.json', { headers, body: JSON.parse(body) });
  return all;
}

test('config/examples holds what is really sent', async () => {
  const wanted = await examples();
  if (process.env.GIRO_WRITE_EXAMPLES !== undefined) {
    mkdirSync(FOLDER, { recursive: true });
    for (const [name, value] of wanted)
      writeFileSync(`${FOLDER}/${name}`, `${JSON.stringify(value, null, 2)}\n`);
  }
  assert.deepEqual(readdirSync(FOLDER).sort(), [...wanted.keys()].sort());
  for (const [name, value] of wanted) {
    assert.deepEqual(JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8')), value, `${name} is ${REMEDY}`);
  }
});
