import { each } from '../mistaken.ts';

each([
  {
    name: 'order that is unknown',
    from: 'id: crm',
    to: `id: crm
    order: strickt`,
    want: [
      '24:12: order "strickt" is unknown; did you mean "strict"?',
      '  known values: turnstile, strict, none',
    ],
  },
  {
    name: 'backlog that is unknown',
    from: 'id: crm',
    to: `id: crm
    backlog: live`,
    want: [
      '24:14: backlog "live" is unknown; did you mean "liveFirst"?',
      '  known values: inOrder, liveFirst',
    ],
  },
  {
    name: 'too many in flight',
    from: 'id: crm',
    to: `id: crm
    maxInFlight: 65`,
    want: ['24:18: maxInFlight: expected at most 64, found 65'],
  },
  {
    name: 'rate of nothing',
    from: 'id: crm',
    to: `id: crm
    rateLimit: 0`,
    want: ['24:16: rateLimit: expected at least 1, found 0'],
  },
  {
    name: 'conflict that is unknown',
    from: 'id: crm',
    to: `id: crm
    conflict: ok`,
    want: ['24:15: conflict "ok" is unknown', '  known values: refused, delivered'],
  },
  {
    name: 'batch of CloudEvents, of bodies that are none',
    from: 'id: crm',
    to: `id: crm
    batch: { size: 9, format: cloudevents }`,
    want: [
      '24:5: a batch of cloudevents does not go with format: giro',
      '  batch.format json goes with format giro or cloudevents, batch.format cloudevents with format: cloudevents',
    ],
  },
  {
    name: 'batch of bodies that do not say what they are',
    from: 'id: crm',
    to: `id: crm
    format: cloudevents-binary
    batch: { size: 9 }`,
    want: [
      '25:5: a batch of json does not go with format: cloudevents-binary',
      '  batch.format json goes with format giro or cloudevents, batch.format cloudevents with format: cloudevents',
    ],
  },
  {
    name: 'batch without a size',
    from: 'id: crm',
    to: `id: crm
    batch: { format: json }`,
    want: ['24:12: "size" is missing'],
  },
  {
    name: 'batch too large, of an unknown format',
    from: 'id: crm',
    to: `id: crm
    batch: { size: 101, format: jsonl }`,
    want: [
      '24:20: batch.size: expected at most 100, found 101',
      '24:33: batch.format "jsonl" is unknown; did you mean "json"?',
      '  known values: json, cloudevents',
    ],
  },
]);
