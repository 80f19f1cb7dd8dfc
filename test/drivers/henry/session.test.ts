import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../../clock.ts';
import { CLOCK, introduce, startSession } from './bench.ts';

const GUARD = { timeout: 120_000 };
const ASK = '79+REON+000+0]00000000000013658925]14/04/2020 10:07:07]1]0]2';

test(
  'a session identifies the device, reads its settings and its clock, and ends with the link',
  GUARD,
  async () => {
    const { device, session, readings, clock, said } = startSession();
    await introduce(device);
    device.hangUp();
    await session;
    assert.deepEqual(readings, [
      { kind: 'identity', manufacturer: 'Henry', model: 'PRIMMEACESSO', serial: '7', firmware: '8.0.0.50' },
      { kind: 'clock', at: { local: '2026-03-02T09:00:00' }, readAtMs: clock.now() },
    ]);
    assert.deepEqual(said('warn'), []);
  },
);

test('an abort ends a session without an error', GUARD, async () => {
  const { device, session, stop } = startSession();
  await introduce(device);
  stop.abort(new Error('shutting down'));
  await session;
});

test('a broken link is the session’s error', GUARD, async () => {
  const { device, session } = startSession();
  await introduce(device);
  device.pullCable();
  await assert.rejects(session, { code: 'LINK_LOST' });
});

test(
  'closed before any answer: told, with the hint that another program may hold the device',
  GUARD,
  async () => {
    const { device, session } = startSession();
    await device.next();
    device.hangUp();
    await assert.rejects(session, { code: 'LINK_LOST', hint: /one client at a time/ });
  },
);

for (const mode of ['O', 'A']) {
  test(`mode ${mode} and nobody who decides: refused, naming mode and remedies`, GUARD, async () => {
    const { device, session } = startSession();
    await device.next();
    await device.say(`01+RC+000+TIPO_VALIDA[${mode}`);
    await assert.rejects(session, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'DEVICE_NEEDS_DECIDER');
      assert.match(error.message, new RegExp(`TIPO_VALIDA ${mode}.*grantAll or denyAll.*TIPO_VALIDA to F`));
      return true;
    });
  });
}

test('a request ends the session too when nobody decides, and is recorded', GUARD, async () => {
  const { device, session, readings } = startSession();
  await device.next();
  await device.say(ASK);
  await assert.rejects(session, { code: 'DEVICE_NEEDS_DECIDER' });
  assert.equal(readings[0]?.kind, 'identified');
});

const warnings = [
  { name: 'F without VALIDACAO_OFF', answers: { validacaoOff: 'D' }, want: /set VALIDACAO_OFF to H/ },
  {
    name: 'nothing stored while the memory is to be collected',
    answers: { storing: 'N' },
    options: { collect: { enabled: true } },
    want: /stores nothing \(ARMAZENA_REGISTRO N\)/,
  },
  {
    name: 'only denials stored',
    answers: { storing: 'G' },
    options: { collect: { enabled: true } },
    want: /only denials \(ARMAZENA_REGISTRO G\)/,
  },
  { name: 'a decider that is never asked', answers: {}, options: { decide: 'denyAll' }, want: /no effect/ },
];
for (const { name, answers, options = {}, want } of warnings) {
  test(`warns: ${name}`, GUARD, async () => {
    const { device, session, said } = startSession({ options });
    await introduce(device, answers);
    device.hangUp();
    await session;
    assert.equal(said('warn').length, 1);
    assert.match(said('warn')[0]!, want);
  });
}

test('without collection nobody minds that nothing is stored', GUARD, async () => {
  const { device, session, said } = startSession();
  await introduce(device, { storing: 'N' });
  device.hangUp();
  await session;
  assert.deepEqual(said('warn'), []);
});

test('refused settings leave the defaults: 10 s for the turn', GUARD, async () => {
  const { device, session, readings, said } = startSession();
  for (const index of ['01', '02']) {
    await device.next();
    await device.say(`${index}+RC+012`);
  }
  assert.equal(await device.next(), '03+RH+00');
  await device.say('12+REON+000+1]0000000000000000042]02/03/2026 09:00:01]1]0]2', `03+RH+000+${CLOCK}`);
  device.hangUp();
  await session;
  assert.partialDeepStrictEqual(readings[0], { kind: 'decided', turnWithinMs: 15_000 });
  assert.equal(said('warn').filter((line) => line === 'device refused a command').length, 2);
});

test('what the device pushes between command and answer is recorded', GUARD, async () => {
  const { device, session, readings } = startSession();
  await device.next();
  await device.say(
    '12+REON+000+1]0000000000000000042]02/03/2026 09:00:01]1]0]2',
    '01+RC+000+MODELO[ACESSO]TIPO_VALIDA[F',
    '12+REON+000+81]]02/03/2026 09:00:03]1]0]0',
  );
  await device.next();
  device.hangUp();
  await session;
  assert.deepEqual(
    readings.map(({ kind }) => kind),
    ['decided', 'identity', 'passed'],
  );
});

test('a refusal under another name answers the command in flight', GUARD, async () => {
  const { device, session } = startSession();
  await device.next();
  await device.say('99+ER+010');
  assert.match(await device.next(), /^02\+RC/);
  device.hangUp();
  await session;
});

test('a second answer to a question that was sent twice is not the answer to the next', GUARD, async () => {
  const { device, session, clock, said } = startSession();
  await device.next();
  await clock.advance(5000);
  assert.match(await device.next(), /^02\+RC\+00\+NR_EQUIP/);
  await device.say('01+RC+000+TIPO_VALIDA[F');
  assert.match(await device.next(), /^03\+RC\+00\+EXP_TEMPO_LIBERACAO/);
  await device.say('02+RC+000+TIPO_VALIDA[F', '03+RC+000+VALIDACAO_OFF[H');
  assert.equal(await device.next(), '04+RH+00');
  assert.deepEqual(said('warn'), []);
  device.hangUp();
  await session;
});

test('after 25 s of silence the clock is asked; each answer is a clock fact', GUARD, async () => {
  const { device, session, clock, readings } = startSession();
  await introduce(device);
  for (const index of ['04', '05']) {
    await clock.advance(25_000);
    assert.equal(await device.next(), `${index}+RH+00`);
    await device.say(`${index}+RH+000+${CLOCK}`);
    await settle();
  }
  device.hangUp();
  await session;
  assert.equal(readings.filter(({ kind }) => kind === 'clock').length, 3);
});

test('an event puts the heartbeat off', GUARD, async () => {
  const { device, session, clock } = startSession();
  await introduce(device);
  await clock.advance(24_000);
  await device.say('12+REON+000+80]]02/03/2026 09:00:24]0]0]0');
  await clock.advance(24_000);
  const heartbeat = device.next();
  let isHeard = false;
  void heartbeat.then(() => {
    isHeard = true;
  });
  await settle();
  assert.equal(isHeard, false);
  await clock.advance(1000);
  assert.equal(await heartbeat, '04+RH+00');
  device.hangUp();
  await session;
});

test('two heartbeats without an answer: DEVICE_SILENT', GUARD, async () => {
  const { device, session, clock } = startSession();
  await introduce(device);
  await clock.advance(25_000);
  assert.equal(await device.next(), '04+RH+00');
  await clock.advance(5000);
  assert.equal(await device.next(), '05+RH+00');
  await clock.advance(5000);
  await assert.rejects(session, { code: 'DEVICE_SILENT' });
});

test('a device that says nothing at all is silent, not unsupported', GUARD, async () => {
  const { session, clock } = startSession();
  await clock.advance(10_000);
  await assert.rejects(session, { code: 'DEVICE_SILENT' });
});

test('a stream that never holds a frame is unsupported, however steady it is', GUARD, async () => {
  const { device, session, clock } = startSession();
  for (let second = 0; second < 20; second++) {
    await device.sendRaw(Buffer.from('\x16\x03\x01 noise'));
    await clock.advance(1000);
  }
  await assert.rejects(session, { code: 'DEVICE_UNSUPPORTED', message: /encrypted .* or not 8x/ });
});

test('an unfinished frame is given up after 2 s and the event behind it recorded', GUARD, async () => {
  const { device, session, clock, readings, lines } = startSession();
  await introduce(device);
  await device.sendRaw(Buffer.from('\x02\xff\x0001+RR', 'latin1'));
  await device.say('12+REON+000+81]]02/03/2026 09:00:03]1]0]0');
  await clock.advance(1999);
  assert.equal(readings.at(-1)?.kind, 'clock');
  await clock.advance(1);
  assert.equal(readings.at(-1)?.kind, 'passed');
  assert.ok(lines.some(({ data, message }) => message === 'bytes discarded' && data.why === 'silence'));
  device.hangUp();
  await session;
});

test('an unknown event is an alarm and gets no answer; its card is not logged', GUARD, async () => {
  const { device, session, readings, lines } = startSession();
  await introduce(device);
  await device.say('12+REON+000+77]00000000000013658925]02/03/2026 09:00:03]1]0]2');
  device.hangUp();
  await session;
  assert.deepEqual(readings.at(-1), {
    kind: 'alarm',
    code: 'henry.unknown_code',
    text: {
      en: 'event code 77 has no known meaning',
      'pt-BR': 'o código de evento 77 não tem significado conhecido',
    },
    at: { local: '2026-03-02T09:00:03' },
  });
  assert.doesNotMatch(JSON.stringify(lines), /13658925/);
});

const clocks = [
  { name: '3 s behind', options: { setClock: true }, device: '02/03/26 08:59:57', isSet: true },
  { name: 'an hour ahead', options: { setClock: true }, device: '02/03/26 10:00:00', isSet: true },
  { name: '2 s behind', options: { setClock: true }, device: '02/03/26 08:59:58', isSet: false },
  { name: 'an hour ahead, and nobody said so', options: {}, device: '02/03/26 10:00:00', isSet: false },
  { name: 'unreadable', options: { setClock: true }, device: '00/00/00 00:00:00', isSet: false },
];
for (const { name, options, device: time, isSet } of clocks) {
  test(`a device clock ${name} is ${isSet ? 'set' : 'left alone'}`, GUARD, async () => {
    const { device, session, clock, readings, lines } = startSession({ options });
    await introduce(device, { clock: `${time}]00/00/00]00/00/00` });
    await settle();
    if (isSet) {
      assert.equal(await device.next(), '04+EH+00+02/03/26 09:00:00]00/00/00]00/00/00');
      await device.say('04+EH+000');
      assert.equal(await device.next(), '05+RH+00', 'read again, so that its skew is known');
      await device.say(`05+RH+000+${CLOCK}`);
      await settle();
      assert.deepEqual(readings.at(-1), {
        kind: 'clock',
        at: { local: '2026-03-02T09:00:00' },
        readAtMs: clock.now(),
      });
      assert.ok(lines.some(({ message }) => message === 'device clock set'));
    } else {
      await clock.advance(25_000);
      assert.equal(await device.next(), '04+RH+00');
    }
    device.hangUp();
    await session;
  });
}

test('a device that refuses to be set keeps its clock', GUARD, async () => {
  const { device, session, said } = startSession({ options: { setClock: true } });
  await introduce(device, { clock: '02/03/26 10:00:00]00/00/00]00/00/00' });
  await device.next();
  await device.say('04+EH+013');
  await settle();
  device.hangUp();
  await session;
  assert.deepEqual(said('warn'), ['device refused a command']);
});
