import { Counter, Gauge, Histogram, type LabelValues, Registry } from 'prom-client';
import { isOnline, type TurnstileStanding } from '../events/turnstile-standing.ts';
import type { QueueDepth, WebhookStatus } from '../journal/queries.ts';
import { LATENCY_BOUNDS_MS, type LatencyTotal } from '../journal/statistics.ts';
import type { Tallies } from './tallies.ts';

export interface Measured {
  readonly nowMs: number;
  readonly turnstiles: readonly TurnstileStanding[];
  readonly webhooks: readonly WebhookStatus[];
  /** Ids of the active webhooks. */
  readonly active: readonly string[];
  readonly queues: readonly QueueDepth[];
  readonly latencies: readonly LatencyTotal[];
  readonly tallies: Tallies;
}

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

const STATES = ['open', 'waiting', 'gone', 'paused', 'inactive'] as const;

/** The text that Prometheus reads, by the names of its documentation (README). `device` and `endpoint` are ids. */
export function metricsText(measured: Measured): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: readonly string[]): Gauge =>
    new Gauge({ name, help, labelNames: [...labelNames], registers });
  const counter = (name: string, help: string, labelNames: readonly string[]): Counter =>
    new Counter({ name, help, labelNames: [...labelNames], registers });

  queues(measured, gauge);
  endpoints(measured, gauge);
  clocks(measured, gauge);
  counters(measured, counter);
  new StoredHistogram(
    {
      name: 'delivery_latency_seconds',
      help: 'From the record of an event to the 2xx of its first delivery',
      labelNames: ['endpoint'],
      registers,
    },
    measured.latencies,
  );
  return registry.metrics();
}

type NewMetric<Metric> = (name: string, help: string, labelNames: readonly string[]) => Metric;

function queues({ nowMs, webhooks, queues: depths }: Measured, gauge: NewMetric<Gauge>): void {
  const depth = gauge('outbox_depth', 'Events that wait', ['endpoint', 'device']);
  for (const { webhook, lane, pending } of depths) depth.set({ endpoint: webhook, device: lane }, pending);
  const age = gauge('outbox_oldest_age_seconds', 'Age of the oldest event that waits; 0 when none does', [
    'endpoint',
  ]);
  const parked = gauge('dead_letter_depth', 'Events set aside', ['endpoint']);
  for (const { webhook, oldestPendingAtMs, ...counted } of webhooks) {
    age.set({ endpoint: webhook }, Math.max(0, nowMs - (oldestPendingAtMs ?? nowMs)) / 1000);
    parked.set({ endpoint: webhook }, counted.parked);
  }
}

function endpoints({ webhooks, turnstiles, active }: Measured, gauge: NewMetric<Gauge>): void {
  const state = gauge('endpoint_state', '1 for the state that a webhook is in, 0 for the others', [
    'endpoint',
    'state',
  ]);
  for (const { webhook, pausedAtMs, ...endpoint } of webhooks) {
    const paused = pausedAtMs === undefined ? endpoint.state : 'paused';
    const now = active.includes(webhook) ? paused : 'inactive';
    for (const each of STATES) state.set({ endpoint: webhook, state: each }, Number(each === now));
  }
  const online = gauge('device_online', '1 while a turnstile is connected', ['device']);
  for (const each of turnstiles) online.set({ device: each.turnstile }, Number(isOnline(each)));
}

function clocks({ webhooks, turnstiles }: Measured, gauge: NewMetric<Gauge>): void {
  const skew = gauge('clock_skew_seconds', 'Clock of a turnstile or of a receiver minus ours', [
    'device',
    'endpoint',
  ]);
  for (const { turnstile, clockSkewMs } of turnstiles) {
    if (clockSkewMs !== undefined) skew.set({ device: turnstile }, clockSkewMs / 1000);
  }
  for (const { webhook, clockSkewMs } of webhooks) {
    if (clockSkewMs !== undefined) skew.set({ endpoint: webhook }, clockSkewMs / 1000);
  }
}

function counters({ tallies }: Measured, counter: NewMetric<Counter>): void {
  const attempts = counter('delivery_attempts_total', 'Requests, by failure class (or ok) and status', [
    'endpoint',
    'class',
    'code',
  ]);
  for (const { webhook, class: kind, code, count } of tallies.attempts) {
    attempts.inc({ endpoint: webhook, class: kind, code }, count);
  }
  const offline = counter('endpoint_offline_seconds_total', 'For how long a webhook has been failing', [
    'endpoint',
  ]);
  for (const [webhook, seconds] of tallies.offlineSeconds()) offline.inc({ endpoint: webhook }, seconds);
  const dropped = counter('events_dropped_total', 'Deliveries given up, by why', ['reason']);
  for (const [reason, count] of tallies.dropped) dropped.inc({ reason }, count);
  const connections = counter(
    'http_connections_total',
    'Requests, by whether their connection stood already',
    ['reused'],
  );
  connections.inc({ reused: 'true' }, tallies.connections.reused);
  connections.inc({ reused: 'false' }, tallies.connections.opened);
}

interface Value {
  readonly labels: LabelValues<string>;
  readonly metricName: string;
  readonly value: number;
}

/** A histogram whose counts the journal keeps: the library's own only counts what it observes itself. */
class StoredHistogram extends Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #totals: readonly LatencyTotal[];

  constructor(configuration: ConstructorParameters<typeof Histogram>[0], totals: readonly LatencyTotal[]) {
    super(configuration);
    this.#name = configuration.name;
    this.#help = configuration.help;
    this.#totals = totals;
  }

  /** What the registry prints. */
  getForPromString(): { name: string; help: string; type: 'histogram'; values: Value[] } {
    const webhooks = new Set(this.#totals.map(({ webhook }) => webhook));
    const values = [...webhooks].flatMap((webhook) => this.#valuesOf(webhook));
    return { name: this.#name, help: this.#help, type: 'histogram', values };
  }

  #valuesOf(endpoint: string): Value[] {
    const totals = this.#totals.filter(({ webhook }) => webhook === endpoint);
    const upTo = (bucket: number): number =>
      totals.filter((total) => total.bucket <= bucket).reduce((sum, { deliveries }) => sum + deliveries, 0);
    const all = upTo(LATENCY_BOUNDS_MS.length);
    const bounds = LATENCY_BOUNDS_MS.map((bound, bucket) => [bound / 1000, upTo(bucket)] as const);
    const totalMs = totals.reduce((sum, total) => sum + total.totalMs, 0);
    return [
      ...[...bounds, ['+Inf', all] as const].map(([le, value]) => ({
        labels: { le, endpoint },
        metricName: `${this.#name}_bucket`,
        value,
      })),
      { labels: { endpoint }, metricName: `${this.#name}_sum`, value: totalMs / 1000 },
      { labels: { endpoint }, metricName: `${this.#name}_count`, value: all },
    ];
  }
}
