import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Access,
  Join,
  type JoinReading,
  type JoinStep,
  type OpenPassage,
} from '../../../agent/accesses/join.ts';
import type { AccessReading } from '../../../drivers/contract/reading.ts';

const START = Date.parse('2026-03-02T12:00:00Z');
let ids = 0;

function heard(reading: AccessReading, afterMs = 0): JoinReading {
  ids += 1;
  return {
    reading,
    id: `id-${ids}`,
    moment: { heardAtMs: START + afterMs },
    ...(reading.credential === undefined
      ? {}
      : { credential: { kind: reading.credential.kind, reference: `hash-${reading.credential.value}` } }),
  };
}

const card = (value: string) => ({ credential: { kind: 'cartao' as const, value } });
const identified = (value: string, more: Partial<AccessReading> = {}): AccessReading =>
  ({ kind: 'identified', freshness: 'live', means: 'cartao', ...card(value), ...more }) as AccessReading;
const granted = (more: Partial<AccessReading> = {}): AccessReading =>
  ({
    kind: 'decided',
    result: 'liberado',
    by: 'dispositivo',
    freshness: 'live',
    turnWithinMs: 15_000,
    ...more,
  }) as AccessReading;
const denied = (more: Partial<AccessReading> = {}): AccessReading =>
  ({ kind: 'decided', result: 'negado', by: 'dispositivo', freshness: 'live', ...more }) as AccessReading;
const passed = (more: Partial<AccessReading> = {}): AccessReading =>
  ({ kind: 'passed', freshness: 'live', ...more }) as AccessReading;
const gaveUp = (more: Partial<AccessReading> = {}): AccessReading =>
  ({ kind: 'gaveUp', freshness: 'live', ...more }) as AccessReading;

function closed(steps: JoinStep[]): Access[] {
  return steps.flatMap((step) => (step.kind === 'closed' ? [step.access] : []));
}

describe('one passage attempt is one access', () => {
  test('identified, granted, passed: confirmada, at the time of the passage, with what each reading said', () => {
    const join = new Join();
    const first = heard(identified('1', { key: '15', direction: 'entrada' }));
    assert.deepEqual(closed(join.push(first)), []);
    assert.deepEqual(closed(join.push(heard(granted({ key: '15' }), 300))), []);
    const [access] = closed(join.push(heard(passed({ key: '15' }), 2_000)));
    assert.equal(access?.id, first.id);
    assert.equal(access?.result, 'liberado');
    assert.equal(access?.passage, 'confirmada');
    assert.equal(access?.direction, 'entrada');
    assert.equal(access?.by, 'dispositivo');
    assert.equal(access?.credential?.reference, 'hash-1');
    assert.equal(access?.moment.heardAtMs, START + 2_000);
    assert.equal(access?.recordedAtMs, START);
    assert.equal(join.nextDeadlineMs, undefined);
  });

  test('a denial closes at once, with a reason', () => {
    const join = new Join();
    join.push(heard(identified('1', { key: '1' })));
    const [access] = closed(
      join.push(heard(denied({ key: '1', reason: 'fora_do_horario' } as Partial<AccessReading>))),
    );
    assert.equal(access?.result, 'negado');
    assert.equal(access?.reason, 'fora_do_horario');
    assert.equal(access?.passage, 'nao_informada');
  });

  test('a denial without identification is an access of its own, reason outro', () => {
    const [access] = closed(new Join().push(heard(denied(card('7')))));
    assert.equal(access?.reason, 'outro');
    assert.equal(access?.credential?.reference, 'hash-7');
  });

  test('a give-up keeps the time of the decision', () => {
    const join = new Join();
    join.push(heard(identified('1', { key: '1' })));
    join.push(heard(granted({ key: '1' }), 500));
    const [access] = closed(join.push(heard(gaveUp({ key: '1' }), 10_500)));
    assert.equal(access?.passage, 'desistencia');
    assert.equal(access?.result, 'liberado');
    assert.equal(access?.moment.heardAtMs, START + 500);
  });

  test('a turn without identification is liberado, confirmada, of nobody', () => {
    const [access] = closed(new Join().push(heard(passed({ direction: 'saida' }))));
    assert.equal(access?.result, 'liberado');
    assert.equal(access?.passage, 'confirmada');
    assert.equal(access?.direction, 'saida');
    assert.equal(access?.credential, undefined);
    assert.equal(access?.person, undefined);
  });

  test('a turn after an identification whose decision nobody saw proves that it was granted', () => {
    const join = new Join();
    join.push(heard(identified('1')));
    const [access] = closed(join.push(heard(passed())));
    assert.equal(access?.result, 'liberado');
    assert.equal(access?.credential?.reference, 'hash-1');
  });

  test('decisionWithinMs 0 and turnWithinMs 0 wait for nothing', () => {
    const join = new Join();
    const [first] = closed(
      join.push(heard(identified('1', { decisionWithinMs: 0 } as Partial<AccessReading>))),
    );
    assert.equal(first?.result, undefined);
    assert.equal(first?.passage, 'nao_informada');
    const [second] = closed(
      join.push(heard(granted({ turnWithinMs: 0, ...card('2') } as Partial<AccessReading>))),
    );
    assert.equal(second?.result, 'liberado');
    assert.equal(second?.passage, 'nao_informada');
    assert.equal(join.nextDeadlineMs, undefined);
  });
});

describe('deadlines', () => {
  test('nobody decides for 10 s: indefinido, nao_informada', () => {
    const join = new Join();
    join.push(heard(identified('1')));
    assert.equal(join.nextDeadlineMs, START + 10_000);
    assert.deepEqual(join.expire(START + 9_999), []);
    const [access] = closed(join.expire(START + 10_000));
    assert.equal(access?.result, undefined);
    assert.equal(access?.passage, 'nao_informada');
    assert.deepEqual(join.expire(START + 99_999), []);
  });

  test('a granted passage waits as long as the device may take for the turn', () => {
    const join = new Join();
    join.push(heard(identified('1')));
    join.push(heard(granted({ turnWithinMs: 35_000 } as Partial<AccessReading>), 1_000));
    assert.equal(join.nextDeadlineMs, START + 36_000);
    const [access] = closed(join.expire(START + 36_000));
    assert.equal(access?.result, 'liberado');
    assert.equal(access?.passage, 'nao_informada');
  });

  test('open passages continue after a restart', () => {
    const join = new Join();
    const steps = [
      ...join.push(heard(identified('1', { key: '3' }))),
      ...join.push(heard(granted({ key: '3' }))),
    ];
    const kept = steps.flatMap((step) => (step.kind === 'opened' ? [step.passage] : [])).at(-1);
    const restarted = new Join([JSON.parse(JSON.stringify(kept)) as OpenPassage]);
    const [access] = closed(restarted.push(heard(passed(card('1')), 3_000)));
    assert.equal(access?.id, kept?.id);
    assert.equal(access?.passage, 'confirmada');
  });
});

describe('which passage a reading belongs to', () => {
  test('the key decides among people who are open at the same time', () => {
    const join = new Join();
    const a = heard(identified('1', { key: '10' }));
    const b = heard(identified('2', { key: '11' }));
    for (const reading of [a, b]) join.push(reading);
    for (const key of ['10', '11']) join.push(heard(granted({ key })));
    assert.deepEqual(
      closed(join.push(heard(passed({ key: '10' })))).map(({ id }) => id),
      [a.id],
    );
    assert.deepEqual(
      closed(join.push(heard(passed({ key: '11' })))).map(({ id }) => id),
      [b.id],
    );
  });

  test('an echoed card decides where the key is another', () => {
    const join = new Join();
    const a = heard(identified('1', { key: '10' }));
    join.push(a);
    join.push(heard(identified('2', { key: '11' })));
    assert.deepEqual(
      closed(join.push(heard(passed({ key: '44', ...card('1') })))).map(({ id }) => id),
      [a.id],
    );
  });

  test('without key and card it is the latest granted passage', () => {
    const join = new Join();
    const a = heard(identified('1', { key: '10' }));
    join.push(a);
    join.push(heard(granted({ key: '10' })));
    join.push(heard(identified('2', { key: '11' })));
    assert.deepEqual(
      closed(join.push(heard(passed()))).map(({ id }) => id),
      [a.id],
    );
  });

  test('a reading that stands alone joins nobody, whoever is open', () => {
    const join = new Join();
    join.push(heard(identified('1', { key: '1' })));
    join.push(heard(granted({ ...card('2'), key: '2' })));
    const [turn] = closed(join.push(heard(passed({ alone: true }))));
    assert.equal(turn?.credential, undefined);
    assert.equal(turn?.passage, 'confirmada');
    const [denial] = closed(join.push(heard(denied({ alone: true, key: '3' }))));
    assert.equal(denial?.credential, undefined);
    assert.equal(denial?.result, 'negado');
    const [own] = closed(join.push(heard(passed({ key: '2' }))));
    assert.equal(own?.credential?.reference, 'hash-2');
  });

  test('a turn with another card never joins somebody else’s passage', () => {
    const join = new Join();
    join.push(heard(identified('1', { key: '10' })));
    const other = heard(passed({ key: '10', ...card('2') }));
    assert.deepEqual(
      closed(join.push(other)).map(({ id }) => id),
      [other.id],
    );
    assert.notEqual(join.nextDeadlineMs, undefined);
  });

  test('the same credential again while it is open is the same attempt', () => {
    const join = new Join();
    join.push(heard(identified('1', { key: '10' })));
    assert.deepEqual(join.push(heard(identified('1', { key: '11' }), 1_000)), []);
  });

  test('a rolling key that comes round closes the passage that had it', () => {
    const join = new Join();
    const first = heard(identified('1', { key: '10' }));
    join.push(first);
    const steps = join.push(heard(identified('2', { key: '10' })));
    assert.deepEqual(
      closed(steps).map(({ id, passage }) => [id, passage]),
      [[first.id, 'nao_informada']],
    );
    assert.equal(steps.at(-1)?.kind, 'opened');
  });

  test('persons are told apart as cards are', () => {
    const join = new Join();
    const person = (externalId: string) => ({
      person: { kind: 'aluno' as const, system: 'pacto', externalId },
    });
    const a = heard({ kind: 'identified', freshness: 'live', ...person('1') });
    join.push(a);
    join.push(heard({ kind: 'identified', freshness: 'live', ...person('2') }));
    assert.deepEqual(
      closed(join.push(heard(passed(person('1'))))).map(({ id }) => id),
      [a.id],
    );
  });
});
