import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mark } from '../../../agent/journal/records.ts';
import { metricsText } from '../../../agent/panel/metrics.ts';
import { Tallies } from '../../../agent/panel/tallies.ts';
import { ManualClock } from '../../clock.ts';
import { ask, startGateway } from './gateways.ts';

test('healthz says that the process answers; readyz names what does not work', async (t) => {
  const { url } = await startGateway(t);
  const health = await ask(`${url}healthz`);
  assert.deepEqual([health.status, health.json()], [200, { status: 'ok' }]);
  const ready = await ask(`${url}readyz`);
  assert.equal(ready.status, 503, 'the turnstile is not there');
  assert.deepEqual(ready.json(), {
    ready: false,
    journal: true,
    devices: { 'catraca-1': false },
    draining: { crm: true },
  });
});

test('the local API describes itself', async (t) => {
  const { url } = await startGateway(t);
  const document = (await ask(`${url}openapi.json`)).json<{
    openapi: string;
    paths: Record<string, Record<string, { summary?: string }>>;
  }>();
  assert.equal(document.openapi, '3.1.0');
  const paths = Object.keys(document.paths);
  for (const path of ['/api/overview', '/api/feed', '/metrics', '/api/webhooks/{webhook}/pause', '/readyz']) {
    assert.ok(paths.includes(path), path);
  }
  assert.ok(!paths.includes('/app.js'), 'the files of the page are no API');
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { summary }] of Object.entries(methods)) assert.ok(summary, `${method} ${path}`);
  }
});

test('the metrics have the documented names', async () => {
  const clock = new ManualClock();
  const tallies = new Tallies(clock);
  const journal = tallies.observing({
    pending: async () => [],
    mark: async () => {},
    queues: async () => ({ endpoints: [], queues: [], lanes: [] }),
  });
  const timings = { dnsMs: null, connectMs: 3, tlsMs: null, firstByteMs: 5, totalMs: 6 };
  const attempt = { webhook: 'crm', sequence: 1, atMs: clock.now(), timings };
  const endpoint = { webhook: 'crm', state: 'open', step: 0, busyInARow: 0, parkedInARow: 0 } as const;
  const marks: Mark[] = [
    { kind: 'attempt', attempt: { ...attempt, class: 'ok', status: 200, outcome: 'ok' } },
    { kind: 'attempt', attempt: { ...attempt, class: 'B', status: 503, outcome: 'http_503' } },
    {
      kind: 'attempt',
      attempt: {
        ...attempt,
        class: 'ok',
        status: 200,
        outcome: 'ok',
        timings: { ...timings, connectMs: null },
      },
    },
    { kind: 'endpoint', state: { ...endpoint, failingSinceMs: clock.now() } },
  ];
  await journal.mark(...marks);
  await clock.advance(30_000);
  await journal.mark({ kind: 'endpoint', state: endpoint });
  await clock.advance(30_000);
  tallies.drop('operator', 2);

  const nowMs = clock.now();
  const text = await metricsText({
    nowMs,
    turnstiles: [{ turnstile: 'catraca-1', clockSkewMs: -1_500 }],
    webhooks: [{ ...endpoint, pending: 3, parked: 1, oldestPendingAtMs: nowMs - 4_000, clockSkewMs: 250 }],
    active: ['crm'],
    queues: [{ webhook: 'crm', lane: 'catraca-1', pending: 3 }],
    latencies: [
      { webhook: 'crm', bucket: 0, deliveries: 2, totalMs: 60 },
      { webhook: 'crm', bucket: 15, deliveries: 1, totalMs: 90_000_000 },
    ],
    tallies,
  });
  const wanted = `
outbox_depth{endpoint="crm",device="catraca-1"} 3
outbox_oldest_age_seconds{endpoint="crm"} 4
delivery_attempts_total{endpoint="crm",class="ok",code="200"} 2
delivery_attempts_total{endpoint="crm",class="B",code="503"} 1
# TYPE delivery_latency_seconds histogram
delivery_latency_seconds_bucket{le="0.05",endpoint="crm"} 2
delivery_latency_seconds_bucket{le="86400",endpoint="crm"} 2
delivery_latency_seconds_bucket{le="+Inf",endpoint="crm"} 3
delivery_latency_seconds_sum{endpoint="crm"} 90000.06
delivery_latency_seconds_count{endpoint="crm"} 3
endpoint_state{endpoint="crm",state="open"} 1
endpoint_state{endpoint="crm",state="paused"} 0
endpoint_offline_seconds_total{endpoint="crm"} 30
dead_letter_depth{endpoint="crm"} 1
events_dropped_total{reason="operator"} 2
http_connections_total{reused="true"} 1
http_connections_total{reused="false"} 2
clock_skew_seconds{device="catraca-1"} -1.5
clock_skew_seconds{endpoint="crm"} 0.25
device_online{device="catraca-1"} 1`;
  const lines = text.split('\n');
  for (const line of wanted.trim().split('\n')) assert.ok(lines.includes(line), `${line}\n\n${text}`);
});

test('an outage that began before the process counts from its start', async () => {
  const clock = new ManualClock();
  const tallies = new Tallies(clock);
  const failing = { webhook: 'crm', state: 'waiting', step: 1, busyInARow: 0, parkedInARow: 0 } as const;
  tallies.begin([{ ...failing, failingSinceMs: clock.now() - 3_600_000 }]);
  await clock.advance(5_000);
  assert.deepEqual([...tallies.offlineSeconds()], [['crm', 5]]);
});
