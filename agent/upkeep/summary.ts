import { Temporal } from 'temporal-polyfill';
import type { Unit } from '../../config/configuration.ts';
import type { NewEvent } from '../events/event.ts';
import { zonedText } from '../events/moment.ts';
import { OWN_LANE, type OwnContext, ownMembers } from '../events/own-body.ts';
import type { TurnstileStanding } from '../events/turnstile-standing.ts';
import type { AccessFigure, WebhookStatus } from '../journal/queries.ts';
import type { ReaderThread } from '../journal/reader-thread.ts';

/** A day of a unit, by its own calendar. */
export interface Day {
  /** `2026-11-24`. */
  readonly date: string;
  /** Unix ms. */
  readonly fromMs: number;
  /** Unix ms, exclusive. */
  readonly toMs: number;
}

/** The last whole day before a moment. */
export function dayBefore(nowMs: number, timezone: string): Day {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timezone).toPlainDate();
  const day = today.subtract({ days: 1 });
  const start = (date: Temporal.PlainDate): number => date.toZonedDateTime(timezone).epochMilliseconds;
  return { date: day.toString(), fromMs: start(day), toMs: start(today) };
}

/** What a summary says besides the accesses: as of now. */
export interface Standing {
  readonly webhooks: readonly Pick<WebhookStatus, 'webhook' | 'pending' | 'parked'>[];
  /** Those of the unit. */
  readonly turnstiles: readonly TurnstileStanding[];
  readonly alarms: number;
}

/** Renders the `giro.resumo` of a unit's day; the same day has the same id, so that it is sent once. */
export function summaryEvent(
  day: Day,
  figures: readonly AccessFigure[],
  standing: Standing,
  context: OwnContext,
  nowMs: number,
): Omit<NewEvent, 'webhooks'> {
  const { unit, identity } = context;
  const resumo = {
    dia: day.date,
    de: zonedText(day.fromMs, unit.timezone),
    ate: zonedText(day.toMs, unit.timezone),
    acessos: accessesOf(figures.filter((figure) => figure.unit === unit.id)),
    catracas: standing.turnstiles.map(({ turnstile, outageSinceMs, clockSkewMs }) => ({
      dispositivo: turnstile,
      conectada: outageSinceMs === undefined,
      desvioMs: clockSkewMs,
    })),
    webhooks: standing.webhooks.map(({ webhook, pending, parked }) => ({
      webhook,
      pendentes: pending,
      separados: parked,
    })),
    alertas: standing.alarms,
  };
  return {
    id: identity.eventId(OWN_LANE, `summary ${unit.id} ${day.date}`),
    name: 'giro.resumo',
    unit: unit.id,
    lane: OWN_LANE,
    occurredAtMs: nowMs,
    recordedAtMs: nowMs,
    content: JSON.stringify({ ...ownMembers(context, 'giro.resumo', nowMs, nowMs), resumo }),
  };
}

function accessesOf(figures: readonly AccessFigure[]) {
  const count = (matches: (figure: AccessFigure) => boolean): number =>
    figures.filter(matches).reduce((sum, figure) => sum + figure.count, 0);
  return {
    total: count(() => true),
    liberados: count(({ result }) => result === 'liberado'),
    negados: count(({ result }) => result === 'negado'),
    desistencias: count(({ passage }) => passage === 'desistencia'),
    entradas: count(({ passage, direction }) => passage === 'confirmada' && direction === 'entrada'),
    saidas: count(({ passage, direction }) => passage === 'confirmada' && direction === 'saida'),
  };
}

/** Makes the summaries of yesterday, one a unit. */
export async function summariesOf(
  units: readonly Unit[],
  reader: Pick<ReaderThread, 'ask'>,
  turnstilesOf: (unit: Unit) => readonly TurnstileStanding[],
  context: Omit<OwnContext, 'unit'>,
  nowMs: number,
): Promise<Omit<NewEvent, 'webhooks'>[]> {
  const webhooks = await reader.ask('webhooks');
  const alarms = (await reader.ask('alarms')).length;
  const events: Omit<NewEvent, 'webhooks'>[] = [];
  for (const unit of units) {
    const day = dayBefore(nowMs, unit.timezone);
    const figures = await reader.ask('figures', day.fromMs, day.toMs);
    const standing = { webhooks, alarms, turnstiles: turnstilesOf(unit) };
    events.push(summaryEvent(day, figures, standing, { ...context, unit }, nowMs));
  }
  return events;
}
