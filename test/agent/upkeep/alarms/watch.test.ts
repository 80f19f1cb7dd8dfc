import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alarm } from '../../../../agent/events/alarm.ts';
import type { NewEvent } from '../../../../agent/events/event.ts';
import { Identity } from '../../../../agent/events/identity.ts';
import { alarmEvent, OWN_LANE } from '../../../../agent/events/own-body.ts';
import type { TurnstileStanding } from '../../../../agent/events/turnstile-standing.ts';
import type { JournalHealth } from '../../../../agent/journal/journal.ts';
import type { Accept } from '../../../../agent/journal/records.ts';
import type { DiskSpace, IdentityState, WebhookSample } from '../../../../agent/upkeep/alarms/conditions.ts';
import { AlarmWatch } from '../../../../agent/upkeep/alarms/watch.ts';
import type { Language } from '../../../../drivers/base/language.ts';
import { ManualClock, settle } from '../../../clock.ts';
import { assertContract } from '../../../contract.ts';
import { RecordingLog } from '../../../drivers/recording-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const identity = new Identity('9b2f4a4e-3f0e-4f6c-9d0a-0d4b5f0c1a2b', Buffer.alloc(32));
const unit = { id: 'centro', name: 'Unidade Centro', company: 1, timezone: 'America/Sao_Paulo' };
const calm: WebhookSample['endpoint'] = {
  webhook: 'crm',
  state: 'open',
  step: 0,
  busyInARow: 0,
  parkedInARow: 0,
};
const tamper = {
  code: 'henry.tamper_internal',
  text: { en: 'internal tamper contact', 'pt-BR': 'contato de violação interno' },
};

/** An installation whose state the test sets, before a journal that commits at once. */
class Site {
  readonly clock: ManualClock;
  readonly log = new RecordingLog();
  readonly accepts: Accept[] = [];
  readonly notes: boolean[] = [];
  turnstile: TurnstileStanding = { turnstile: 'catraca-1', name: 'Entrada' };
  webhook: Omit<WebhookSample, 'parked'> = { endpoint: calm, isWaiting: true, failedTries: 0 };
  parked = 0;
  space: DiskSpace = { freeBytes: 1e11, totalBytes: 2e11 };
  health: JournalHealth = { isDamaged: false };
  identity: IdentityState = 'whole';
  refuse: Error | undefined;
  watch: AlarmWatch;
  readonly #language: Language;

  constructor({ clock = new ManualClock(), language = 'pt-BR' as Language } = {}) {
    this.clock = clock;
    this.#language = language;
    this.watch = this.#start([]);
  }

  /** Stops the watch and starts another from what the journal holds. */
  restart(): void {
    this.watch.stop();
    this.watch = this.#start(this.stored);
  }

  /** The alarms as the journal has them. */
  get stored(): Alarm[] {
    const rows = new Map<string, Alarm>();
    for (const { kind, alarm } of this.accepts.flatMap(({ alarms }) => alarms ?? [])) {
      const key = `${alarm.code} ${alarm.turnstile} ${alarm.webhook}`;
      if (kind === 'closed') rows.delete(key);
      else rows.set(key, alarm);
    }
    return [...rows.values()];
  }

  get events(): NewEvent[] {
    return this.accepts.flatMap(({ events }) => events ?? []);
  }

  /** Code and situation of each event, in order. */
  get told(): string[] {
    return this.events.map(({ content }) => {
      const { codigo, situacao } = JSON.parse(content).alerta;
      return `${codigo} ${situacao}`;
    });
  }

  /** Runs to `untilMs` from the start, with `everyMinute` setting the scene. */
  async live(forMs: number, everyMinute: (minute: number) => void): Promise<void> {
    for (let minute = 0; minute < forMs / MINUTE_MS; minute += 1) {
      everyMinute(minute);
      await this.clock.advance(MINUTE_MS);
    }
  }

  #start(open: readonly Alarm[]): AlarmWatch {
    const context = { agent: 'recepcao', unit, identity, language: this.#language };
    const watch = new AlarmWatch({
      outbox: {
        accept: async (accept) => {
          if (this.refuse !== undefined) throw this.refuse;
          this.accepts.push(accept);
          return { deliveries: [], duplicates: [], large: [], fed: [] };
        },
      },
      journal: {
        parked: async () => (this.parked === 0 ? [] : [{ webhook: 'crm', parked: this.parked }]),
        health: this.health,
      },
      open,
      identity: this.identity,
      clock: this.clock,
      log: this.log,
      webhooks: () => [this.webhook],
      space: async () => this.space,
      noteRefusal: async (isRefused) => {
        this.notes.push(isRefused);
      },
      eventsOf: (change, nowMs) => [{ ...alarmEvent(change, context, nowMs), webhooks: ['crm'] }],
    });
    watch.watch({ turnstiles: () => [this.turnstile], others: () => [] });
    watch.start();
    return watch;
  }
}

/** Each alarm: how its cause is switched on and off. */
const causes: readonly { code: string; set: (site: Site, isWrong: boolean) => void }[] = [
  {
    code: 'catraca_desconectada',
    set: (site, isWrong) => {
      const outageSinceMs = isWrong ? site.clock.now() - 6 * MINUTE_MS : undefined;
      site.turnstile = { ...site.turnstile, outageSinceMs, problem: 'LINK_FAILED' };
    },
  },
  {
    code: 'catraca_relogio',
    set: (site, isWrong) => {
      site.turnstile = { ...site.turnstile, clockSkewMs: isWrong ? 600_000 : 5 };
    },
  },
  {
    code: 'webhook_falhando',
    set: (site, isWrong) => {
      const failingSinceMs = site.clock.now() - 16 * MINUTE_MS;
      const last = { atMs: site.clock.now(), outcome: 'connect_timeout' };
      site.webhook = { ...site.webhook, endpoint: isWrong ? { ...calm, failingSinceMs, last } : calm };
    },
  },
  {
    code: 'webhook_encerrado',
    set: (site, isWrong) => {
      site.webhook = { ...site.webhook, endpoint: isWrong ? { ...calm, state: 'gone' } : calm };
    },
  },
  {
    code: 'webhook_separados',
    set: (site, isWrong) => {
      site.parked = isWrong ? 3 : 0;
    },
  },
  {
    code: 'webhook_relogio',
    set: (site, isWrong) => {
      site.webhook = { ...site.webhook, endpoint: { ...calm, clockSkewMs: isWrong ? 400_000 : 0 } };
    },
  },
  {
    code: 'disco_cheio',
    set: (site, isWrong) => {
      site.space = { freeBytes: isWrong ? 1e8 : 1e11, totalBytes: 2e11 };
    },
  },
  {
    code: tamper.code,
    set: (site, isWrong) => {
      if (isWrong) void site.watch.deviceAlarm({ turnstile: 'catraca-1' }, tamper);
    },
  },
];
for (const { code, set } of causes) {
  for (const language of ['pt-BR', 'en'] as const) {
    test(`${code} opens and closes once over a day of flapping with restarts (${language})`, async () => {
      const site = new Site({ language });
      await site.live(DAY_MS, (minute) => {
        if (minute % 300 === 299) site.restart();
        set(site, minute % 9 < 5);
      });
      assert.deepEqual(site.told, [`${code} aberta`]);
      set(site, false);
      await site.clock.advance(HOUR_MS);
      assert.deepEqual(site.told, [`${code} aberta`, `${code} resolvida`]);
      assert.deepEqual(site.stored, []);
      await site.clock.advance(DAY_MS);
      assert.equal(site.told.length, 2);

      const bodies = site.events.map(({ id, content }) => ({ id, sequencia: 1, ...JSON.parse(content) }));
      for (const body of bodies) assertContract(body);
      assert.equal(bodies[0].alerta.desde, bodies[1].alerta.desde, 'the closing names its opening');
      assert.match(bodies[1].alerta.texto, language === 'en' ? /^over: / : /^resolvido: /);
      assert.ok(
        bodies.every(({ alerta }) => alerta.texto.length < 400),
        'no text is cut',
      );
      assert.ok(site.events.every(({ lane }) => lane === OWN_LANE));
      assert.equal(new Set(site.events.map(({ id }) => id)).size, 2);
    });
  }
}

test('the row of an alarm and its event are one commit', async () => {
  const site = new Site();
  site.parked = 2;
  await site.clock.advance(MINUTE_MS);
  assert.deepEqual(
    site.accepts.map(({ alarms = [], events = [] }) => [alarms.map(({ kind }) => kind), events.length]),
    [[['opened'], 1]],
  );
  const { alerta } = JSON.parse(site.events[0]?.content ?? '');
  assert.deepEqual([alerta.webhook, alerta.dispositivo], ['crm', undefined]);
});

test('nothing is opened in the first minute, and a day in which all is well says nothing', async () => {
  const site = new Site();
  site.turnstile = { ...site.turnstile, outageSinceMs: 0 };
  await site.clock.advance(MINUTE_MS - 1);
  assert.deepEqual(site.accepts, []);
  site.turnstile = { turnstile: 'catraca-1' };
  await site.clock.advance(DAY_MS);
  assert.deepEqual(site.accepts, []);
});

test('a salvaged journal is told at once, and for a day', async () => {
  const clock = new ManualClock();
  const salvaged = {
    damage: 'x',
    setAside: 'journal.db.damaged-1',
    saved: {},
    unreadable: {},
  };
  const site = new Site({ clock });
  site.watch.stop();
  site.health = { isDamaged: false, salvaged };
  site.restart();
  await settle();
  assert.deepEqual(site.told, ['diario_recuperado aberta']);
  assert.match(site.stored[0]?.remedy.en ?? '', /journal\.db\.damaged-1/);
  site.health = { isDamaged: false };
  site.restart();
  await clock.advance(DAY_MS - MINUTE_MS);
  assert.equal(site.told.length, 1, 'a restart neither repeats nor ends it');
  await clock.advance(2 * MINUTE_MS);
  assert.deepEqual(site.told, ['diario_recuperado aberta', 'diario_recuperado resolvida']);
});

test('a journal that a newer version wrote is told as such: the disk is not to blame', async () => {
  const site = new Site({ clock: new ManualClock() });
  site.watch.stop();
  const salvaged = {
    damage: 'x',
    isNewer: true,
    setAside: 'journal.db.newer-1',
    saved: {},
    unreadable: {},
  } as const;
  site.health = { isDamaged: false, salvaged };
  site.restart();
  await settle();
  assert.deepEqual(site.told, ['diario_recuperado aberta']);
  assert.match(site.stored[0]?.remedy.en ?? '', /newer version again.+journal\.db\.newer-1/);
});

for (const [identity, code] of [
  ['restored', 'identidade_recuperada'],
  ['lost', 'identidade_perdida'],
] as const) {
  test(`an identity that was ${identity} is told at the start`, async () => {
    const site = new Site();
    site.watch.stop();
    site.identity = identity;
    site.restart();
    await settle();
    assert.deepEqual(site.told, [`${code} aberta`]);
  });
}

test('a disk that refuses is noted beside the journal while it lasts', async () => {
  const site = new Site();
  site.health = { isDamaged: false, refusingSinceMs: 1 };
  site.restart();
  await site.clock.advance(3 * MINUTE_MS);
  assert.deepEqual(site.notes, [true]);
  site.health = { isDamaged: false };
  site.restart();
  await site.clock.advance(3 * MINUTE_MS);
  assert.deepEqual(site.notes, [true, false]);
});

test('a device alarm that could not be stored is not acknowledged; a look that fails is tried again', async () => {
  const site = new Site();
  site.refuse = new Error('closed');
  await assert.rejects(site.watch.deviceAlarm({ turnstile: 'catraca-1' }, tamper), /closed/);
  site.parked = 1;
  await site.clock.advance(MINUTE_MS);
  assert.deepEqual(site.log.at('error'), ['alarms were not kept up']);
  site.refuse = undefined;
  await site.clock.advance(MINUTE_MS);
  assert.deepEqual(site.stored.map(({ code }) => code).sort(), [tamper.code, 'webhook_separados'].sort());
});
