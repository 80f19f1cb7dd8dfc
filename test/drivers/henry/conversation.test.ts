import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { Conversation } from '../../../drivers/henry/conversation.ts';
import { parseMessage } from '../../../drivers/henry/messages.ts';
import { options } from './bench.ts';
import { vector } from './vectors.ts';

const NOW = Date.parse('2026-03-02T12:00:00Z');
const TIME = '02/03/2026 09:00:00';
const ANA = '00000000000000001050';
const BIA = '00000000000000002020';

/** `<` from the device, `>` from the software; a number moves the clock on by so many ms. */
function hear(steps: readonly (string | number)[], given: Record<string, unknown> = {}): Reading[] {
  const conversation = new Conversation(options(given));
  let nowMs = NOW;
  return steps.flatMap((step) => {
    if (typeof step === 'number') {
      nowMs += step;
      return [];
    }
    const message = parseMessage(Buffer.from(step.slice(1), 'latin1'))!;
    return step.startsWith('<')
      ? conversation.fromDevice(message, nowMs)
      : conversation.fromSoftware(message, nowMs);
  });
}

function report(index: string, code: number, card = '', direction = '0', reader = '0'): string {
  return `<${index}+REON+000+${code}]${card}]${TIME}]${direction}]0]${reader}`;
}

/** kind, key, result and by, in short. */
function short(readings: readonly Reading[]): string[] {
  return readings.map((reading) => {
    const { kind } = reading;
    if (kind === 'alarm') return `${kind} ${reading.code}`;
    const key = 'key' in reading ? reading.key : '';
    return kind === 'decided' ? `${kind} ${key} ${reading.result} ${reading.by}` : `${kind} ${key}`;
  });
}

const ASK = report('79', 0, ANA, '1', '2');
const GRANT = '>79+REON+00+1]5]Acesso liberado]1';

const sequences: readonly { name: string; steps: readonly (string | number)[]; want: readonly string[] }[] = [
  {
    name: 'mode F: granted and passed',
    steps: [report('12', 1, ANA, '1', '2'), report('12', 80), report('12', 81, '', '1')],
    want: ['decided 12 liberado dispositivo', 'passed 12'],
  },
  {
    name: 'mode F: granted, gave up, the index rolling on',
    steps: [report('12', 1, ANA, '1', '2'), report('13', 80), report('14', 82)],
    want: ['decided 12 liberado dispositivo', 'gaveUp 12'],
  },
  {
    name: 'mode F: the same index for ever, a door without turns',
    steps: [report('01', 1, ANA), 4000, report('01', 1, ANA), 4000, report('01', 36, ANA)],
    want: [
      'decided 01 liberado dispositivo',
      'decided 01.2 liberado dispositivo',
      'decided 01.3 negado dispositivo',
    ],
  },
  {
    name: 'online: request, grant, turn',
    steps: [ASK, GRANT, report('79', 80), report('79', 81, '', '1')],
    want: ['identified 79', 'decided 79 liberado sistema', 'passed 79'],
  },
  {
    name: 'online: the software answers and the device reports under indexes of their own',
    steps: [ASK, '>01+REON+00+1]5]ok]1', report('01', 1), report('02', 81, '', '1')],
    want: ['identified 79', 'decided 79 liberado sistema', 'passed 79'],
  },
  {
    name: 'online: denied and echoed',
    steps: [ASK, '>79+REON+00+31]5]fora]', report('79', 31, ANA)],
    want: ['identified 79', 'decided 79 negado sistema'],
  },
  {
    name: 'online: door, the grant echoed once; what follows is the next person',
    steps: [ASK, GRANT, report('79', 1), 5000, report('79', 1, ANA)],
    want: ['identified 79', 'decided 79 liberado sistema', 'decided 79.2 liberado dispositivo'],
  },
  {
    name: 'online: the device denies what the software granted',
    steps: [ASK, GRANT, report('79', 36, ANA)],
    want: ['identified 79', 'decided 79 liberado sistema', 'decided 79 negado dispositivo'],
  },
  {
    name: 'online: nobody answered, the device decided by its list (mode A)',
    steps: [ASK, 3000, report('79', 91, ANA), report('80', 1, ANA, '1', '2'), report('80', 81, '', '1')],
    want: ['identified 79', 'alarm henry.server_timeout', 'decided 79 liberado dispositivo', 'passed 79'],
  },
  {
    name: 'online: an answer after the device gave up waiting (C5, C6: under another index) decides nothing',
    steps: [`<${vector('C5').payload}`, 4000, `<${vector('C6').payload}`, '>07+REON+00+1]5]tarde]1'],
    want: ['identified 07', 'alarm henry.server_timeout'],
  },
  {
    name: 'online: the same card again at once, after the device gave up waiting',
    steps: [ASK, 500, report('79', 91, ANA), report('80', 0, ANA), '>80+REON+00+1]5]]1', report('80', 81)],
    want: [
      'identified 79',
      'alarm henry.server_timeout',
      'identified 80',
      'decided 80 liberado sistema',
      'passed 80',
    ],
  },
  {
    name: 'two people, the turns told apart by the echoed card',
    steps: [
      report('20', 0, ANA),
      report('21', 0, BIA),
      '>20+REON+00+1]5]]1',
      '>21+REON+00+1]5]]1',
      report('30', 81, ANA),
      report('31', 81, BIA),
    ],
    want: [
      'identified 20',
      'identified 21',
      'decided 20 liberado sistema',
      'decided 21 liberado sistema',
      'passed 20',
      'passed 21',
    ],
  },
  {
    name: 'a turn too long after the grant is nobody’s',
    steps: [ASK, GRANT, 25_001, report('80', 81)],
    want: ['identified 79', 'decided 79 liberado sistema', 'passed 80'],
  },
  {
    name: 'a turn after a denial is nobody’s',
    steps: [report('12', 30, ANA), report('13', 81)],
    want: ['decided 12 negado dispositivo', 'passed 13'],
  },
  { name: 'a turn without anything before it', steps: [report('12', 81)], want: ['passed 12'] },
  { name: 'the obsolete turn', steps: [report('12', 2, ANA)], want: ['passed 12'] },
  {
    name: 'a request that repeats and gets another answer is another access',
    steps: [ASK, '>79+REON+00+30]5]]', 1000, report('80', 0, ANA), '>80+REON+00+1]5]]1', report('80', 81)],
    want: ['identified 79', 'decided 79 negado sistema', 'decided 80 liberado sistema', 'passed 80'],
  },
  {
    name: 'a request that repeats, both answered under the software’s own index',
    steps: [ASK, 1000, report('80', 0, ANA), '>01+REON+00+1]5]]1', '>01+REON+00+1]5]]1'],
    want: ['identified 79', 'decided 79 liberado sistema'],
  },
  {
    name: 'two requests without a card are two people',
    steps: [report('79', 0), report('80', 0)],
    want: ['identified 79', 'identified 80'],
  },
  {
    name: 'released by the software, echoed, turned',
    steps: [`>${vector('T6').payload}`, report('01', 4), report('01', 80), report('01', 81, '', '1')],
    want: ['decided 01 liberado sistema', 'passed 01'],
  },
  {
    name: 'released on the device’s web page',
    steps: [report('12', 4)],
    want: ['decided 12 liberado operador'],
  },
  { name: 'push button', steps: [report('12', 95)], want: ['decided 12 liberado operador'] },
  {
    name: 'D4, push button of old firmware',
    steps: [`<${vector('D4').payload}`],
    want: ['decided 01 liberado operador'],
  },
  {
    name: 'emergency password',
    steps: [report('12', 40)],
    want: ['alarm henry.emergency_password', 'decided 12 liberado dispositivo'],
  },
  {
    name: 'a text for the display decides nothing',
    steps: [ASK, '>79+REON+00+20]5]aguarde]'],
    want: ['identified 79'],
  },
  {
    name: 'refusals and answers to others’ commands say nothing',
    steps: ['<01+EH+013', '<04+RR+028', `<${vector('C2').payload}`],
    want: [],
  },
];
for (const { name, steps, want } of sequences) {
  test(name, () => {
    assert.deepEqual(short(hear(steps)), want);
  });
}

test('a door: the confirmed release is the access, at once, and once', () => {
  const readings = hear([ASK, GRANT, report('79', 1), 5000, report('79', 1, ANA)], { door: true });
  assert.deepEqual(short(readings), [
    'identified 79',
    'decided 79 liberado sistema',
    'decided 79 liberado sistema',
    'decided 79 liberado dispositivo',
  ]);
  assert.deepEqual(
    readings.map((reading) => reading.kind === 'decided' && reading.turnWithinMs),
    [false, 15_000, 0, 0],
  );
  assert.partialDeepStrictEqual(readings[2], { credential: { value: '1050' } });
  assert.equal(readings[2] && 'trace' in readings[2], false, 'the memory keeps it once');
});

test('a door: a denial is a denial', () => {
  const readings = hear([report('12', 31, ANA)], { door: true });
  assert.partialDeepStrictEqual(readings, [{ kind: 'decided', result: 'negado', reason: 'fora_do_horario' }]);
});

const denials = [
  { code: 30, card: ANA, reason: 'outro' },
  { code: 30, card: '', reason: 'nao_identificado' },
  { code: 31, card: ANA, reason: 'fora_do_horario' },
  { code: 32, card: ANA, reason: 'bloqueado' },
  { code: 33, card: ANA, reason: 'nao_identificado' },
  { code: 34, card: ANA, reason: 'outro' },
  { code: 35, card: ANA, reason: 'credencial_expirada' },
  { code: 36, card: ANA, reason: 'dupla_passagem' },
];
for (const { code, card, reason } of denials) {
  test(`denial ${code} ${card === '' ? 'without' : 'with'} a card is ${reason}`, () => {
    const [decided] = hear([report('12', code, card)]);
    assert.partialDeepStrictEqual(decided, {
      kind: 'decided',
      result: 'negado',
      reason,
      originalReason: String(code),
    });
  });
}

for (const [code, alarm] of [
  [22, 'tamper_internal'],
  [23, 'tamper_external'],
  [83, 'turnstile_forced'],
  [84, 'turnstile_mid_turn'],
  [85, 'vault_timeout'],
  [88, 'vault_obstructed'],
  [91, 'server_timeout'],
  [100, 'alarm_input'],
  [120, 'door_open'],
  [121, 'door_forced'],
  [122, 'door_broken_in'],
  [21, 'unknown_code'],
  [123, 'unknown_code'],
] as const) {
  test(`event ${code} is the alarm henry.${alarm}`, () => {
    assert.partialDeepStrictEqual(hear([report('12', code)]), [
      { kind: 'alarm', code: `henry.${alarm}`, at: { local: '2026-03-02T09:00:00' } },
    ]);
  });
}

for (const [reader, means, kind] of [
  ['1', 'cartao', 'cartao'],
  ['3', 'cartao', 'cartao'],
  ['4', 'teclado', 'codigo'],
  ['5', 'digital', 'template_biometrico'],
  ['8', 'digital', 'template_biometrico'],
  ['9', 'qrcode', 'qrcode'],
  ['0', undefined, 'indefinido'],
  ['', undefined, 'indefinido'],
  ['constructor', undefined, 'indefinido'],
] as const) {
  test(`reader "${reader}" is ${means ?? 'no means'}`, () => {
    const [reading] = hear([report('12', 0, ANA, '1', reader)]);
    assert.deepEqual(
      reading?.kind === 'identified' && [reading.means, reading.originalMeans, reading.credential],
      [means, means && reader, { kind, value: '1050' }],
    );
  });
}

test('the installer knows the readers better', () => {
  const [reading] = hear([report('12', 0, ANA, '1', '1')], { readers: { 1: 'codigo_barras' } });
  assert.partialDeepStrictEqual(reading, {
    means: 'codigo_barras',
    originalMeans: '1',
    credential: { kind: 'indefinido' },
  });
});

test('number: person names a person and no credential', () => {
  const given = { number: 'person', personSystem: 'pacto', personType: 'aluno' };
  const [reading] = hear([report('12', 0, ANA, '1', '5')], given);
  assert.equal(reading?.kind, 'identified');
  assert.partialDeepStrictEqual(reading, { person: { kind: 'aluno', system: 'pacto', externalId: '1050' } });
  assert.equal('credential' in reading!, false);
});

test('a card of 20 digits keeps every one', () => {
  const [reading] = hear([report('12', 0, '98765432109876543210')]);
  assert.partialDeepStrictEqual(reading, { credential: { value: '98765432109876543210' } });
});

test('the same event sent again has the same identity; a moment that does not exist gives none', () => {
  const [first] = hear([report('12', 81, ANA)]);
  const [again] = hear([report('55', 81, '1050')]);
  assert.partialDeepStrictEqual(first, { identity: `81|${TIME}|1050` });
  assert.partialDeepStrictEqual(again, { identity: `81|${TIME}|1050` });
  const [timeless] = hear([`<12+REON+000+81]${ANA}]00/00/0000 00:00:00]1]0]2`]);
  assert.equal('identity' in timeless! || 'at' in timeless!, false);
});

test('direction: the turn’s own, else the grant’s, else the side that was released', () => {
  const directions = (steps: readonly string[]) =>
    hear(steps).map((reading) => ('direction' in reading ? reading.direction : undefined));
  assert.deepEqual(directions([report('12', 1, ANA, '1'), report('12', 81, '', '2')]), ['entrada', 'saida']);
  assert.deepEqual(directions([report('12', 1, ANA, '2'), report('12', 81)]), ['saida', 'saida']);
  assert.deepEqual(directions([report('12', 6, ANA), report('12', 81)]), ['saida', 'saida']);
  assert.deepEqual(directions([report('12', 0, ANA), '>12+REON+00+5]5]]1']), [undefined, 'entrada']);
  assert.deepEqual(directions([report('12', 81)]), [undefined]);
});

test('settings heard in answers set how long decision and turn may take', () => {
  const told = '<01+RC+000+EXP_TEMPO_LIBERACAO[4]TIMEOUT_ON[9000';
  const [asked, granted] = hear([told, ASK, GRANT]);
  assert.partialDeepStrictEqual(asked, { decisionWithinMs: 11_000 });
  // Our 5 s are longer than the device's 4.
  assert.partialDeepStrictEqual(granted, { turnWithinMs: 10_000 });
  const [nonsense] = hear(['<01+RC+000+TIMEOUT_ON[3', ASK]);
  assert.partialDeepStrictEqual(nonsense, { decisionWithinMs: 5000 });
});

test('a card that the software found for a fingerprint becomes the credential', () => {
  const readings = hear([report('12', 0, '-1', '1', '5'), '>12+REON+00+1]5]ok]1]00000000000000001050]']);
  assert.equal('credential' in readings[0]!, false);
  assert.partialDeepStrictEqual(readings[1], {
    key: '12',
    credential: { kind: 'template_biometrico', value: '1050' },
  });
});

test('any order of messages is heard without a throw', () => {
  const index = fc.integer({ min: 0, max: 9 }).map((n) => `0${n}`);
  const card = fc.constantFrom('', ANA, BIA, '-1', '00000000', 'x');
  const fromDevice = fc.tuple(index, fc.nat(130), card).map(([i, code, c]) => report(i, code, c));
  const fromSoftware = fc.tuple(index, fc.nat(40)).map(([i, code]) => `>${i}+REON+00+${code}]5]]1`);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fromDevice, fromSoftware, fc.integer({ min: -5000, max: 5000 })), { maxLength: 60 }),
      (steps) => {
        for (const reading of hear(steps)) if ('key' in reading) assert.match(reading.key!, /^\d\d(\.\d+)?$/);
      },
    ),
  );
});
