import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { Gateway } from '../../agent/gateway.ts';
import { Taps } from '../../agent/turnstiles/taps.ts';
import { loadConfiguration } from '../../config/load.ts';
import { ManualClock, settle } from '../clock.ts';
import { assertContract } from '../contract.ts';
import { RecordingLog } from '../drivers/recording-log.ts';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile } from './lines.ts';
import { type GiroProcess, LIMIT_MS } from './processes.ts';

const MINUTE_MS = 60_000;
const GUARD = { timeout: 2 * LIMIT_MS };

class ChildLog extends RecordingLog {
  child(): this {
    return this;
  }
}

interface AlarmBody {
  readonly evento: string;
  readonly ocorridoEm: string;
  readonly alerta: { readonly codigo: string; readonly situacao: string; readonly desde: string };
}

/** A gateway in this process, its time moved by hand, with a real journal, a real receiver and one turnstile. */
async function open(t: TestContext, webhook: string) {
  const gym = await Gym.open();
  t.after(() => gym.close());
  const port = await freePort();
  gym.configure(linesTurnstile('catraca-1', `tcp://127.0.0.1:${port}`), webhook);
  // Without its secret: it would refuse the timestamps of a time that is moved by hand.
  const receiver = gym.start('listen', '--port', String(gym.receiverPort), '--json');
  await receiver.line(/listening on/);
  const clock = new ManualClock();
  const configuration = await loadConfiguration(gym.config, { env: {} });
  const log = new ChildLog();
  const start = () => Gateway.start({ configuration, clock, log, taps: new Taps({ clock, log }) });
  /** Lets minutes pass until `holds`; what the minutes set off is real, so how many it takes may vary. */
  const pass = async (what: string, holds: () => boolean): Promise<void> => {
    const giveUp = AbortSignal.timeout(LIMIT_MS);
    while (!holds()) {
      assert.ok(!giveUp.aborted, what);
      await clock.advance(MINUTE_MS);
      for (let turn = 0; turn < 200 && !holds(); turn += 1) await settle();
    }
  };
  return { gym, port, receiver, clock, start, pass };
}

function alarmsOf(receiver: GiroProcess, code: string): AlarmBody[] {
  const bodies = receiver.stdout.map((line) => (JSON.parse(line) as { body: AlarmBody }).body);
  for (const body of bodies) assertContract(body);
  return bodies.filter(({ alerta }) => alerta.codigo === code);
}

async function statusOf(gym: Gym, ...args: string[]): Promise<string> {
  const status = gym.start('status', '--config', gym.config, ...args);
  assert.equal(await status.exit, 0, status.stderr.join('\n'));
  return status.stdout.join('\n');
}

test(
  'a webhook that asked for alarms hears of a turnstile that is away and back, once over a restart',
  GUARD,
  async (t) => {
    const { gym, port, receiver, clock, start, pass } = await open(t, '    events: [giro.alerta]\n');
    const startedAtMs = clock.now();
    const heard = () => alarmsOf(receiver, 'catraca_desconectada');

    let gateway = await start();
    try {
      await pass('the alarm', () => heard().length > 0);
      assert.equal(heard()[0]?.alerta.situacao, 'aberta');
      const since = Date.parse(heard()[0]?.alerta.desde ?? '');
      assert.ok(since >= startedAtMs && since < startedAtMs + 5 * MINUTE_MS);
      assert.ok(Date.parse(heard()[0]?.ocorridoEm ?? '') - since >= 5 * MINUTE_MS);

      const { alarms } = JSON.parse(await statusOf(gym, '--json'));
      const shown = alarms.find(({ code }: { code: string }) => code === 'catraca_desconectada');
      assert.equal(shown.turnstile, 'catraca-1');
      assert.match(
        shown.what['pt-BR'],
        /^a catraca catraca-1 não está conectada: sem conexão com o equipamento$/,
      );
      const text = await statusOf(gym);
      assert.match(
        text,
        /^ALARMS\n(?:.*\n)*! .*turnstile catraca-1 is not connected: no connection to the device\n {2}-> check/m,
      );

      await stop(gateway, clock);
      gateway = await start();
      const device = createServer().listen(port, '127.0.0.1');
      await once(device, 'listening');
      const link = once(device, 'connection');
      await pass('the end of the alarm', () => heard().length > 1);
      const [socket] = await link;
      socket.destroy();
      device.close();
      assert.deepEqual(
        heard().map(({ alerta }) => [alerta.situacao, Date.parse(alerta.desde)]),
        [
          ['aberta', since],
          ['resolvida', since],
        ],
      );
    } finally {
      await stop(gateway, clock);
    }
  },
);

test(
  'a disk that refuses is shown while it does, and told afterwards; who did not ask hears nothing',
  GUARD,
  async (t) => {
    const { gym, receiver, clock, start, pass } = await open(t, '');
    const note = join(gym.folder, 'data', 'journal.db.is-refused');
    const gateway = await start();
    const disk = new Sqlite(join(gym.folder, 'data', 'journal.db'));
    try {
      const stored = () => disk.prepare('SELECT code FROM alarms').pluck().all();
      await pass('the first look', () => stored().includes('catraca_desconectada'));
      disk.exec('BEGIN IMMEDIATE');
      await pass('the note', () => existsSync(note));
      const { alarms } = JSON.parse(await statusOf(gym, '--json'));
      assert.ok(alarms.some(({ code }: { code: string }) => code === 'diario_recusado'));
      assert.match(await statusOf(gym), /the journal cannot be written/);
      disk.exec('ROLLBACK');
      await pass('the end of the note', () => !existsSync(note));
      await pass('the alarm', () => stored().includes('diario_recusado'));
      assert.deepEqual(receiver.stdout, [], 'no alarm goes to a webhook that did not name them');
    } finally {
      disk.close();
      await stop(gateway, clock);
    }
  },
);

/** Time must pass for a stop to end: marks are gathered. */
async function stop(gateway: Gateway, clock: ManualClock): Promise<void> {
  let stopped = false;
  const stopping = gateway.stop().finally(() => {
    stopped = true;
  });
  while (!stopped) {
    await clock.advance(1_000);
    await settle();
  }
  await stopping;
}
