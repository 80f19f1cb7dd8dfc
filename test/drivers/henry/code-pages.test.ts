import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame, FrameDecoder } from '../../../drivers/henry/codec.ts';
import { Conversation } from '../../../drivers/henry/conversation.ts';
import { displayText, formatMessage, formatOrder, parseMessage } from '../../../drivers/henry/messages.ts';
import { Recollection } from '../../../drivers/henry/recollection.ts';
import { parseRecords } from '../../../drivers/henry/records.ts';
import { options } from './bench.ts';

const LONG = '98765432109876543210';

test('every byte of the code page comes and goes unchanged', () => {
  const payload = Buffer.concat([
    Buffer.from('01+RC+000+'),
    Buffer.from(Array.from({ length: 256 }, (_, n) => n)),
  ]);
  const [frame] = new FrameDecoder().push(encodeFrame(payload));
  assert.ok(frame?.kind === 'frame');
  const message = parseMessage(frame.payload);
  assert.ok(message);
  assert.deepEqual(Buffer.from(formatMessage(message)), payload);
});

test('accents, currency signs and separators never reach a display as bytes of another meaning', () => {
  const text = displayText('Ação €5 “já”]+[\nŁódź 電車');
  assert.match(text, /^[ -~]*$/);
  const bytes = formatMessage(formatOrder({ index: '01', code: 1, seconds: '5', text, relays: '1' }));
  assert.equal(Buffer.from(bytes).toString('latin1').split(']').length, 4);
});

test('twenty digits stay twenty digits, live and from the memory, as card and as enrolment', () => {
  for (const [given, want] of [
    [{}, { credential: { kind: 'cartao', value: LONG } }],
    [{ number: 'person' }, { person: { externalId: LONG } }],
  ] as const) {
    const message = parseMessage(Buffer.from(`01+REON+000+31]${LONG}]02/03/2026 09:00:00]1]0]1`));
    assert.ok(message);
    assert.partialDeepStrictEqual(new Conversation(options(given)).fromDevice(message, 0), [want]);
    const page = parseRecords(`1+7[31[${LONG}[02/03/2026 09:00:00[1[0[1`);
    assert.ok(typeof page === 'object');
    const { readings } = new Recollection(options(given), 25_000).push(page.records);
    assert.partialDeepStrictEqual(readings, [want]);
  }
});
