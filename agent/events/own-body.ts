import type { Unit } from '../../config/configuration.ts';
import type { Language } from '../../drivers/base/language.ts';
import { version } from '../base/version.ts';
import type { AlarmChange } from './alarm.ts';
import type { NewEvent } from './event.ts';
import type { Identity } from './identity.ts';
import { zonedText } from './moment.ts';

/** Giro's own events go by a lane of their own, so that none waits behind a turnstile's queue. */
export const OWN_LANE = 'giro';

/** The contract's longest text. */
const LONGEST_TEXT = 400;

/** What an event of Giro's own says besides its subject. */
export interface OwnContext {
  /** `agent.name`. */
  readonly agent: string;
  readonly unit: Unit;
  readonly identity: Identity;
}

/** The members that Giro's own events have in common (contract, sections 1 and 3b). */
export function ownMembers(
  { agent, unit }: Pick<OwnContext, 'agent' | 'unit'>,
  name: NewEvent['name'],
  occurredAtMs: number,
  recordedAtMs: number,
): object {
  return {
    evento: name,
    versao: '1',
    empresa: unit.company,
    unidade: { apelido: unit.id, nome: unit.name, fuso: unit.timezone },
    ocorridoEm: zonedText(occurredAtMs, unit.timezone),
    registradoEm: new Date(recordedAtMs).toISOString(),
    origem: { tipo: 'agente', agente: agent, agenteVersao: version },
  };
}

/** Renders the opening or the closing of an alarm as a `giro.alerta`; `webhooks` is the caller's. */
export function alarmEvent(
  { kind, alarm }: AlarmChange,
  context: OwnContext & { readonly language: Language },
  nowMs: number,
): Omit<NewEvent, 'webhooks'> {
  const { unit, identity, language } = context;
  const { code, turnstile, webhook, sinceMs, what, remedy } = alarm;
  const isOver = kind === 'closed';
  const text = isOver ? `${OVER[language]}: ${what[language]}` : `${what[language]}; ${remedy[language]}`;
  const content = {
    ...ownMembers(context, 'giro.alerta', nowMs, nowMs),
    alerta: {
      codigo: code.slice(0, 64),
      situacao: isOver ? 'resolvida' : 'aberta',
      dispositivo: turnstile,
      webhook,
      desde: zonedText(sinceMs, unit.timezone),
      texto: text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text,
    },
  };
  return {
    id: identity.eventId(OWN_LANE, undefined),
    name: 'giro.alerta',
    unit: unit.id,
    lane: OWN_LANE,
    occurredAtMs: nowMs,
    recordedAtMs: nowMs,
    content: JSON.stringify(content),
  };
}

const OVER = { en: 'over', 'pt-BR': 'resolvido' } as const satisfies Record<Language, string>;
