import { v4 } from 'uuid';
import type { Unit } from '../../config/configuration.ts';
import { version } from '../base/version.ts';
import type { NewEvent } from '../events/event.ts';
import { zonedText } from '../events/moment.ts';

/** A lane of their own: a test must not wait behind a turnstile's queue. No turnstile can have this id. */
const TEST_LANE = '@test';

/** A `testeWebhook` (contract, section 1) for one webhook, whatever events that subscribes to. */
export function testEvent(of: { agent: string; unit: Unit; webhook: string; nowMs: number }): NewEvent {
  const { agent, unit, webhook, nowMs } = of;
  const content = {
    evento: 'testeWebhook',
    versao: '1',
    empresa: unit.company,
    unidade: { apelido: unit.id, nome: unit.name, fuso: unit.timezone },
    ocorridoEm: zonedText(nowMs, unit.timezone),
    registradoEm: new Date(nowMs).toISOString(),
    origem: { tipo: 'agente', agente: agent, agenteVersao: version },
  };
  return {
    id: v4(),
    name: 'testeWebhook',
    unit: unit.id,
    lane: TEST_LANE,
    occurredAtMs: nowMs,
    recordedAtMs: nowMs,
    content: JSON.stringify(content),
    webhooks: [webhook],
  };
}
