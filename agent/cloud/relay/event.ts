import type { Unit } from '../../../config/configuration.ts';
import { version } from '../../base/version.ts';
import type { NewEvent } from '../../events/event.ts';
import { zonedText } from '../../events/moment.ts';
import { RELAYED, relayedContent } from '../../events/relayed.ts';

/** One event of the cloud, as it came. */
export interface CloudEvent {
  /** UUID. */
  readonly id: string;
  readonly channel: 'http' | 'sse' | 'consulta';
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** The cloud's own name of it; undefined when it gives none. */
  readonly name: string | undefined;
  /** The cloud's own id, and its place in the source. */
  readonly originalId?: string | undefined;
  readonly cursor?: string | undefined;
  /** Headers that are passed on; names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Unix ms at which the agent got it. */
  readonly receivedAtMs: number;
  /** Unix ms, by the cloud; undefined when it does not say. */
  readonly occurredAtMs?: number | undefined;
}

/** Where it came from, and for whom. */
export interface RelayContext {
  /** `relay[].id`. */
  readonly relay: string;
  readonly provider: string;
  /** `agent.name`. */
  readonly agent: string;
  readonly unit: Unit;
}

/** The contract's longest texts. */
const LONGEST = { name: 80, id: 200, cursor: 400, contentType: 120, header: 1_000 };
/** What an event is called that says no name. */
const NAMELESS = 'desconhecido';

/**
 * Renders an event of the cloud as its notification (contract, section 3); `webhooks` is the caller's. A name that this
 * version does not know makes an `eventoNuvem` of it: it goes the same way.
 */
export function relayedEvent(event: CloudEvent, context: RelayContext): Omit<NewEvent, 'webhooks'> {
  const { relay, provider, agent, unit } = context;
  const name = RELAYED.find((known) => known === event.name);
  const occurredAtMs = event.occurredAtMs ?? event.receivedAtMs;
  const members = {
    evento: name ?? 'eventoNuvem',
    versao: '1',
    empresa: unit.company,
    unidade: { apelido: unit.id, nome: unit.name, fuso: unit.timezone },
    ocorridoEm: zonedText(occurredAtMs, unit.timezone),
    registradoEm: new Date(event.receivedAtMs).toISOString(),
    origem: { tipo: 'nuvem', agente: agent, agenteVersao: version },
    nuvem: {
      provedor: provider,
      canal: event.channel,
      evento: name === undefined ? cut(event.name || NAMELESS, LONGEST.name) : undefined,
      idOriginal: event.originalId && cut(event.originalId, LONGEST.id),
      cursor: event.cursor && cut(event.cursor, LONGEST.cursor),
      recebidoEm: new Date(event.receivedAtMs).toISOString(),
      tipoConteudo: cut(event.contentType, LONGEST.contentType),
      cabecalhos: event.headers && headersOf(event.headers),
    },
  };
  return {
    id: event.id,
    name: name ?? 'eventoNuvem',
    unit: unit.id,
    lane: relayLane(relay, unit.id),
    occurredAtMs,
    recordedAtMs: event.receivedAtMs,
    content: relayedContent(members, event.bytes),
  };
}

/**
 * One lane a source and unit: the cloud's events of one gym stay in their order, and wait neither for another gym's nor
 * for a turnstile's. No turnstile can have such an id.
 */
export function relayLane(relay: string, unit: string): string {
  return `${relay}/${unit}`;
}

function cut(text: string, longest: number): string {
  return text.slice(0, longest).toWellFormed();
}

function headersOf(headers: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const entries = Object.entries(headers).map(([name, value]) => [name, cut(value, LONGEST.header)] as const);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
