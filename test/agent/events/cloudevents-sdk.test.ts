import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudEvent, type CloudEventV1, HTTP, ValidationError } from 'cloudevents';
import { render } from '../../../agent/events/render.ts';
import { ACCESS, BODY, rendering } from './events.ts';

/**
 * The SDK's own reader, as a second judge. It leaves percent-encoding in header values as it is. To make an event of
 * what it read, it has to hold by the published JSON schema, which the SDK brings along.
 */
function read(headers: Record<string, string>, body: string): CloudEventV1<unknown> {
  const event = HTTP.toEvent({ headers, body });
  assert.ok(!Array.isArray(event));
  return new CloudEvent(event as CloudEventV1<unknown>, true);
}

test('an event that the published schema does not allow is refused by that judge', () => {
  const headers = { 'content-type': 'application/cloudevents+json' };
  const body = JSON.stringify({ specversion: '1.0', id: '1', source: '', type: 'b' });
  assert.throws(() => read(headers, body), ValidationError);
});

const ASCII = { ...ACCESS, content: ACCESS.content.replace('recepção 1', 'recepcao') };

for (const name of ['cloudevents', 'cloudevents-binary'] as const) {
  test(`the CloudEvents SDK reads ${name}`, () => {
    const { headers = {}, body } = render(rendering({ name }), ASCII, 42);
    const event = read(headers, body);
    assert.deepEqual(
      [event.specversion, event.id, event.type, event.source, event.subject, event.datacontenttype],
      ['1.0', ACCESS.id, ACCESS.name, '/giro/recepcao/centro/catraca-1', 'catraca-1', 'application/json'],
    );
    assert.equal(Date.parse(String(event.time)), Date.parse('2026-11-24T18:03:12.481-03:00'));
    assert.deepEqual(
      [event.sequence, event.partitionkey, event.recordedtime],
      ['0000000000000042', 'catraca-1', '2026-11-24T21:03:12.530Z'],
    );
    assert.deepEqual(event.data, JSON.parse(BODY.replace('recepção 1', 'recepcao')));
  });
}

// cloudevents/conformance, features/http-protocol-binding.feature
const WANT = {
  specversion: '1.0',
  type: 'com.example.someevent',
  id: '1234-1234-1234',
  source: '/mycontext/subcontext',
  data: { message: 'Hello World!' },
};
const binary = {
  'ce-specversion': '1.0',
  'ce-type': WANT.type,
  'ce-time': '2018-04-05T03:56:24Z',
  'ce-id': WANT.id,
  'ce-source': WANT.source,
};
const structured = JSON.stringify({
  ...WANT,
  time: '2018-04-05T03:56:24Z',
  datacontenttype: 'application/json',
});
const cases = [
  { headers: { ...binary, 'content-type': 'application/json' }, body: '{"message": "Hello World!"}' },
  {
    headers: { ...binary, 'content-type': 'application/json; charset=utf-8' },
    body: '{"message": "Hello World!"}',
  },
  { headers: { 'content-type': 'application/cloudevents+json' }, body: structured },
  { headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' }, body: structured },
];
for (const { headers, body } of cases) {
  const mode = body === structured ? 'structured' : 'binary';
  test(`conformance case that the judge itself must pass: ${mode}, ${headers['content-type']}`, () => {
    const { specversion, type, id, source, data, time } = read(headers, body);
    assert.deepEqual({ specversion, type, id, source, data }, WANT);
    assert.equal(Date.parse(String(time)), Date.parse('2018-04-05T03:56:24Z'));
  });
}
