import type { Unit } from '../../config/configuration.ts';
import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Direction } from '../../drivers/contract/reading.ts';
import { version } from '../base/version.ts';
import type { NewEvent } from '../events/event.ts';
import { judge, zonedText } from '../events/moment.ts';
import type { TurnstileState } from '../events/turnstile-state.ts';
import type { Access } from './join.ts';

/** What a body says besides the access itself. */
export interface BodyContext {
  /** `agent.name`. */
  readonly agent: string;
  readonly unit: Unit;
  readonly turnstile: Turnstile;
  /** What the device said of itself; its clock skew as last measured. */
  readonly device: Pick<TurnstileState, 'manufacturer' | 'model' | 'serial' | 'clockSkewMs'>;
}

/** Renders an access as a `notificarAcesso` (contract, sections 1 and 2); `webhooks` is the caller's. */
export function accessEvent(access: Access, context: BodyContext): Omit<NewEvent, 'webhooks'> {
  const { agent, unit, turnstile } = context;
  const { atMs, clock } = judge(access.moment, access.freshness, context.device.clockSkewMs);
  const result = access.result ?? 'indefinido';
  const direction = turned(access.direction ?? 'indefinido', turnstile.swapDirection);
  const content = {
    evento: 'notificarAcesso',
    versao: '1',
    empresa: unit.company,
    unidade: { apelido: unit.id, nome: unit.name, fuso: unit.timezone },
    ocorridoEm: zonedText(atMs, unit.timezone),
    registradoEm: new Date(access.recordedAtMs).toISOString(),
    origem: { tipo: 'catraca', agente: agent, agenteVersao: version },
    dispositivo: {
      id: turnstile.id,
      driver: turnstile.driver.name,
      nome: turnstile.name,
      fabricante: cut(context.device.manufacturer, 40),
      modelo: cut(context.device.model, 40),
      serie: cut(access.serial ?? context.device.serial, 64),
    },
    acesso: {
      resultado: result,
      passagem: access.passage,
      sentido: direction,
      meio: access.means ?? 'indefinido',
      meioOriginal: cut(access.originalMeans, 64),
      motivo: result === 'negado' ? (access.reason ?? 'outro') : undefined,
      motivoOriginal: cut(access.originalReason, 160),
      decididoPor: access.by,
      recuperado: access.freshness === 'recovered',
      registroDispositivo: cut(access.record, 64),
      relogio: clock,
    },
    pessoa:
      access.person === undefined
        ? null
        : {
            tipo: access.person.kind,
            sistema: access.person.system,
            idExterno: access.person.externalId,
          },
    credencial:
      access.credential === undefined
        ? null
        : { tipo: access.credential.kind, referencia: access.credential.reference },
  };
  return {
    id: access.id,
    name: 'notificarAcesso',
    unit: unit.id,
    lane: turnstile.id,
    occurredAtMs: atMs,
    recordedAtMs: access.recordedAtMs,
    access: {
      result,
      passage: access.passage,
      direction,
      ...(access.person === undefined ? {} : { person: access.person.externalId }),
    },
    content: JSON.stringify(content),
  };
}

/** The direction as the configuration has the turnstile mounted. */
export function turned(direction: Direction, swapped: boolean): Direction {
  if (!swapped || direction === 'indefinido') return direction;
  return direction === 'entrada' ? 'saida' : 'entrada';
}

/** The contract's longest text; a device's text is cut rather than the event refused. */
function cut(text: string | undefined, longest: number): string | undefined {
  return text?.slice(0, longest);
}
