import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as wire from '../../../drivers/henry/messages.ts';
import { payloadOf, type Vector, vector, vectors } from './vectors.ts';

function message(each: Vector): wire.Message {
  return wire.parseMessage(payloadOf(each))!;
}

function report(id: string): wire.Report {
  return wire.parseReport(message(vector(id)))!;
}

function order(id: string): wire.Order {
  return wire.parseOrder(message(vector(id)))!;
}

for (const each of vectors) {
  test(`${each.id}: payload to message and back`, () => {
    const parsed = message(each);
    assert.equal(parsed.index, each.payload.slice(0, 2));
    assert.equal(Buffer.from(wire.formatMessage(parsed)).toString('latin1'), each.payload);
    if (parsed.command !== 'REON') return;
    const again =
      each.direction === 'device->agent'
        ? wire.formatReport(wire.parseReport(parsed)!)
        : wire.formatOrder(wire.parseOrder(parsed)!);
    assert.equal(again.data, parsed.data);
  });
}

const reports: readonly { id: string; want: Partial<wire.Report> }[] = [
  {
    id: 'O1',
    want: { index: '79', code: 0, card: '00000000000013658925', direction: '1', indicator: '0', reader: '2' },
  },
  { id: 'T1', want: { index: '15', code: 0, card: '00000000000011912322', direction: '1', reader: '' } },
  { id: 'T3', want: { code: 80, card: '', time: '10/05/2016 12:46:06', direction: '0', reader: '' } },
  { id: 'T4', want: { code: 81, card: '', time: '11/05/2016 14:33:24', direction: '2', reader: '' } },
  { id: 'T5', want: { code: 82, card: '', direction: '0' } },
  { id: 'T7', want: { index: '08', code: 81, card: '00000000000014205056', direction: '1', reader: '2' } },
  { id: 'T8', want: { index: '01', code: 80, card: '', reader: '0' } },
  { id: 'D1', want: { code: 0, card: '00000001', time: '22/08/2011 08:57:01', reader: '5' } },
  { id: 'D3', want: { code: 1, card: '', time: '22/08/2011 08:57:03' } },
  { id: 'D4', want: { code: 5, card: '00000000', direction: '1', reader: '0' } },
  { id: 'C5', want: { code: 0, card: '00000000000000001050', indicator: '3}17', reader: '4' } },
  { id: 'C6', want: { code: 91, card: '00000000000000001050', reader: '4' } },
];
for (const { id, want } of reports) {
  test(`${id}: what the device reports`, () => {
    assert.partialDeepStrictEqual(report(id), want);
  });
}

const orders: readonly { id: string; want: wire.Order }[] = [
  { id: 'T2', want: { index: '15', code: 6, seconds: '5', text: 'Acesso liberado', relays: '' } },
  { id: 'T6', want: { index: '01', code: 4, seconds: '5', text: 'Acesso liberado', relays: '' } },
  {
    id: 'T9',
    want: { index: '01', code: 5, seconds: '5', text: 'Acesso Liberado}Seja Bem Vindo', relays: '1' },
  },
  {
    id: 'T10',
    want: { index: '01', code: 30, seconds: '3', text: 'Bem vindo a Henry!}Acesso negado!', relays: '1' },
  },
  {
    id: 'D2',
    want: {
      index: '01',
      code: 1,
      seconds: '3',
      text: 'LINHA 1}LINHA 2{LINHA 1 EXP}LINHA 2 EXP',
      relays: '1',
    },
  },
  { id: 'C9', want: { index: '15', code: 1, seconds: '10', text: 'BEM VINDO}JOAO', relays: '1' } },
];
for (const { id, want } of orders) {
  test(`${id}: what the software orders`, () => {
    assert.deepEqual(order(id), want);
  });
}

test('every REON vector is in one of the two tables', () => {
  const wanted = vectors.filter(({ payload }) => payload.includes('+REON+')).map(({ id }) => id);
  assert.deepEqual([...reports, ...orders].map(({ id }) => id).sort(), wanted.sort());
});

test('only the first three plus signs divide (C2)', () => {
  const { status, data } = message(vector('C2'));
  assert.equal(status, '000');
  assert.match(data!, /^3\+000001597\[/);
});

test('an answer without data (C3) differs from one with empty data', () => {
  assert.equal(message(vector('C3')).data, undefined);
  assert.equal(wire.parseMessage(Buffer.from('04+RR+00+'))?.data, '');
});

test('statuses from 10 on are refusals, two and three digits alike', () => {
  const refusal = (payload: string): boolean => wire.isRefusal(wire.parseMessage(Buffer.from(payload))!);
  assert.deepEqual(['1+RR+00', '1+RR+000', '1+RR+001', '1+RR+9'].map(refusal), [false, false, false, false]);
  assert.deepEqual(['1+RR+10', '1+EH+013', '99+ER+010'].map(refusal), [true, true, true]);
});

test('an index of one digit is the same as with a leading zero', () => {
  assert.equal(wire.parseMessage(Buffer.from('7+RH+00'))?.index, '07');
});

test('the template behind an online biometrics request is not kept', () => {
  const template = Buffer.from(Array.from({ length: 384 }, (_, i) => (i * 7) & 0xff));
  const payload = Buffer.concat([Buffer.from('12+REON+000+0]-1]05/03/2024 07:15:42]1]0]5]384]'), template]);
  assert.deepEqual(wire.parseReport(wire.parseMessage(payload)!), {
    index: '12',
    code: 0,
    card: '-1',
    time: '05/03/2024 07:15:42',
    direction: '1',
    indicator: '0',
    reader: '5',
  });
});

test('any bytes are a message or none, and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const parsed = wire.parseMessage(bytes);
      if (parsed === undefined) return;
      wire.parseReport(parsed);
      wire.parseOrder(parsed);
    }),
  );
});

test('settings: NAME[value between brackets (T12)', () => {
  assert.deepEqual([...wire.parseSettings(message(vector('T12')).data!)], [['MODELO', 'ACESSO']]);
  assert.deepEqual(
    [...wire.parseSettings('TIPO_VALIDA[F]MODELO[]')],
    [
      ['TIPO_VALIDA', 'F'],
      ['MODELO', ''],
    ],
  );
});

test('clock answers have two-digit years (O2)', () => {
  assert.equal(wire.parseClock(message(vector('O2')).data!), '2012-08-30T12:01:24');
  assert.equal(wire.parseClock('30/08/2012 12:01:24]00/00/00'), undefined);
});

test('moments that do not exist are none', () => {
  assert.equal(wire.parseEventTime('29/02/2024 23:59:59'), '2024-02-29T23:59:59');
  for (const text of [
    '00/00/0000 00:00:00',
    '31/02/2024 10:00:00',
    '29/02/2023 10:00:00',
    '01/01/2024 24:00:00',
    '',
  ]) {
    assert.equal(wire.parseEventTime(text), undefined, text);
  }
});

test('display texts are two ASCII lines of 16 without separators', () => {
  assert.equal(wire.displayText('Olá, João!\nAté amanhã, volte sempre'), 'Ola, Joao!}Ate amanha, volt');
  assert.equal(wire.displayText('a+b]c[d{e}f\tg'), 'a b c d e f g');
  assert.equal(wire.displayText('um\ndois\ntrês'), 'um}dois');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.match(wire.displayText(text), /^[^+\][{}]{0,16}(\}[^+\][{}]{0,16})?$/);
      assert.match(wire.displayText(text), /^[ -~]*$/);
    }),
  );
});
