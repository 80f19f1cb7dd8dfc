import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeFrame, type Frame, FrameDecoder } from '../../../drivers/toletus-litenet2/codec.ts';
import {
  displayText,
  formatOrder,
  formatReport,
  type Order,
  parseOrder,
  parseReport,
  type Report,
} from '../../../drivers/toletus-litenet2/messages.ts';
import type { Parameter } from '../../../drivers/toletus-litenet2/parameters.ts';
import { bytesOf } from './vectors.ts';

function frameOf(bytes: Uint8Array): Frame {
  const [decoded] = new FrameDecoder().push(bytes);
  assert.ok(decoded?.kind === 'frame');
  return decoded.frame;
}

function textEvent(command: number, data: string): Report {
  return parseReport({ command, data: Buffer.from(data.padEnd(16, '\0'), 'latin1') });
}

function told(parameter: Parameter): Report {
  return { kind: 'parameter', parameter };
}

const identified = { kind: 'identification' } as const;
const reports: Readonly<Record<number, Report>> = {
  2: told({ name: 'deviceId', value: 94 }),
  3: told({ name: 'serial', value: 6718 }),
  4: told({ name: 'firmware', value: [2, 2, 2, 0] }),
  5: told({ name: 'releaseMs', value: 6000 }),
  6: told({ name: 'counters', value: { entries: 65_475, exits: 41_208 } }),
  7: { ...identified, command: 0x0301, reader: 'card', raw: '0000003954862189', value: '3954862189' },
  8: { ...identified, command: 0x0301, reader: 'card', raw: '7438765', value: '7438765' },
  9: { ...identified, command: 0x0302, reader: 'scanner', raw: '7891234567895', value: '7891234567895' },
  10: { ...identified, command: 0x0303, reader: 'keypad', raw: '01234567890', value: '01234567890' },
  11: { kind: 'passage', direction: 'entrada', side: 1, total: 70_000 },
  12: { kind: 'passage', direction: 'saida', side: 2, total: 29 },
  13: { kind: 'passage', direction: 'entrada', side: 1 },
  14: { kind: 'releaseTimedOut' },
  15: { ...identified, command: 0x0306, reader: 'fingerprint', raw: '300', value: '300' },
  16: { kind: 'unknownFingerprint' },
  25: told({ name: 'startUp', value: { isNetworkFine: true, isScannerFine: true } }),
  26: told({
    name: 'network',
    value: { isStatic: true, address: '169.254.37.28', mask: '255.255.255.0' },
  }),
  27: told({ name: 'mac', value: '33:65:20:39:65:20' }),
};
for (const [number, report] of Object.entries(reports)) {
  test(`vector ${number}: what the board says, both ways`, () => {
    const bytes = bytesOf(Number(number));
    assert.deepEqual(parseReport(frameOf(bytes)), report);
    assert.deepEqual(Buffer.from(encodeFrame(formatReport(report))), bytes);
  });
}

const orders: Readonly<Record<number, Order>> = {
  1: { kind: 'read', name: 'deviceId' },
  17: { kind: 'release', side: 'entrada', text: 'Bem-vindo!' },
  18: { kind: 'release', side: 'saida', text: '' },
  19: { kind: 'release', side: 'ambas', text: 'Acesso liberado!' },
  20: { kind: 'storeText', text: 'Fale c/ recepcao' },
  21: { kind: 'notify', durationMs: 3000, tone: 2, colour: 1, showsText: true },
  22: { kind: 'write', parameter: { name: 'extendedFlow', value: { mode: 0, pictograms: 0 } } },
  23: { kind: 'write', parameter: { name: 'isMuted', value: true } },
  24: { kind: 'write', parameter: { name: 'releaseMs', value: 5000 } },
};
for (const [number, order] of Object.entries(orders)) {
  test(`vector ${number}: what the board is told, both ways`, () => {
    const bytes = bytesOf(Number(number));
    assert.deepEqual(parseOrder(frameOf(bytes)), order);
    assert.deepEqual(Buffer.from(encodeFrame(formatOrder(order))), bytes);
  });
}

const parameters: readonly Parameter[] = [
  { name: 'isEntryReversed', value: true },
  { name: 'legacyFlow', value: 3 },
  { name: 'deviceId', value: 65_535 },
  { name: 'network', value: { isStatic: false, address: '10.0.0.1', mask: '255.0.0.0' } },
  { name: 'mac', value: '00:1a:2b:3c:4d:5e' },
  { name: 'idleText1', value: 'Academia' },
  { name: 'idleText2', value: 'Aproxime o carta' },
  { name: 'idleMode', value: 1 },
  { name: 'isMuted', value: false },
  { name: 'releaseMs', value: 4_294_967_295 },
  { name: 'firmware', value: [2, 1, 0, 3] },
  { name: 'serial', value: 4_294_967_295 },
  { name: 'fingerprintMode', value: 1 },
  { name: 'extendedFlow', value: { mode: 8, pictograms: 3 } },
  { name: 'counters', value: { entries: 4_294_967_295, exits: 1 } },
  { name: 'hardware', value: { isAlternativeCardReader: true } },
  { name: 'startUp', value: { isNetworkFine: true, isScannerFine: false } },
];
for (const parameter of parameters) {
  test(`parameter ${parameter.name}: told and written`, () => {
    assert.deepEqual(parseReport(formatReport(told(parameter))), told(parameter));
    const write: Order = { kind: 'write', parameter };
    assert.deepEqual(parseOrder(formatOrder(write)), write);
  });
}

test('0x01XX reads and 0x02XX writes', () => {
  assert.equal(formatOrder({ kind: 'read', name: 'extendedFlow' }).command, 0x010f);
  const parameter = { name: 'isMuted', value: true } as const;
  assert.equal(formatOrder({ kind: 'write', parameter }).command, 0x0209);
});

test('functions without arguments, both ways', () => {
  for (const [kind, command] of [
    ['restart', 0x0003],
    ['resetPeripherals', 0x0007],
  ] as const) {
    assert.deepEqual(parseOrder({ command, data: new Uint8Array(16) }), { kind });
    assert.equal(formatOrder({ kind }).command, command);
  }
});

const texts = [
  { name: 'left zeros', command: 0x0301, data: '0000000000012345', raw: '0000000000012345', value: '12345' },
  { name: 'trailing blanks', command: 0x0301, data: '12345           ', raw: '12345', value: '12345' },
  { name: 'blanks before', command: 0x0301, data: '   12345', raw: '12345', value: '12345' },
  { name: 'what is behind NUL', command: 0x0301, data: '12345\0\xff\xff', raw: '12345', value: '12345' },
  { name: 'all zeros keep a digit', command: 0x0301, data: '0000', raw: '0000', value: '0' },
  { name: '16 digits', command: 0x0302, data: '9876543210987654', raw: '9876543210987654' },
  { name: 'a QR of letters', command: 0x0302, data: '00aB-7', raw: '00aB-7' },
  { name: 'an enrolment with zeros', command: 0x0303, data: '001042', raw: '001042' },
];
for (const { name, command, data, raw, value = raw } of texts) {
  test(`identification text: ${name}`, () => {
    assert.partialDeepStrictEqual(textEvent(command, data), { kind: 'identification', raw, value });
  });
}

for (const data of ['', '      ', '12\x07', '12\xa0', '\xff12', '1\t2']) {
  test(`identification ${JSON.stringify(data)} is malformed, never a number`, () => {
    assert.equal(textEvent(0x0301, data).kind, 'malformed');
  });
}

test('fingerprint user 0 is nobody', () => {
  assert.deepEqual(parseReport({ command: 0x0306, data: new Uint8Array(16) }), {
    kind: 'unknownFingerprint',
  });
});

test('a direction that is neither 1 nor 2 is not guessed', () => {
  const data = Buffer.from('0705000000'.padEnd(32, '0'), 'hex');
  const report = { kind: 'passage', direction: 'indefinido', side: 7, total: 5 };
  assert.deepEqual(parseReport({ command: 0x0304, data }), report);
});

test('unknown commands are kept whole', () => {
  for (const command of [0x0308, 0x010b, 0x0401, 0xffff]) {
    const frame = { command, data: new Uint8Array(16).fill(7) };
    assert.deepEqual(parseReport(frame), { kind: 'unknown', frame });
    assert.deepEqual(formatReport(parseReport(frame)), frame);
    assert.deepEqual(formatOrder(parseOrder(frame)), frame);
  }
});

const displays = [
  { text: 'Não autorizado', want: 'Nao autorizado' },
  { text: 'Fale com a recepção', want: 'Fale com a recep' },
  { text: 'Olá 💪!', want: 'Ola ?!' },
  { text: 'a\nb\0c', want: 'a?b?c' },
  { text: '', want: '' },
];
for (const { text, want } of displays) {
  test(`display text ${JSON.stringify(text)}`, () => assert.equal(displayText(text), want));
}

test('any frame is parsed without a throw, and what is known is formatted as it was meant', () => {
  const frame = fc.record({
    command: fc.oneof(fc.nat(0xffff), fc.nat(0x0412)),
    data: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  });
  fc.assert(
    fc.property(frame, (each) => {
      assert.deepEqual(parseReport(formatReport(parseReport(each))), parseReport(each));
      assert.deepEqual(parseOrder(formatOrder(parseOrder(each))), parseOrder(each));
    }),
    { numRuns: 2000 },
  );
});
