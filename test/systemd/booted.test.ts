import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { buildDeb } from '../../systemd/deb.ts';
import { linesTurnstile, simulateLines } from '../e2e/lines.ts';
import { Machine, skipWithoutMachine } from './machine.ts';

const CONFIG = '/etc/giro/giro.yaml';
const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const LINES = 20;
/** A FIFO, in which systemd says that the service has started. */
const STARTED = '/run/giro-started';

/** A turnstile on TCP, and a webhook whose secret only systemd can read. */
const CONFIGURATION = `agent: { name: teste, language: en }
units: [{ id: centro, company: 1, timezone: America/Sao_Paulo }]
turnstiles:
${linesTurnstile('catraca-1', 'tcp-listen://127.0.0.1:4370')}webhooks:
  - { id: crm, url: 'http://127.0.0.1:8480/', secret: '\${file:/run/credentials/giro.service/giro.secret}', allow: [http, loopback] }
`;

const skip =
  process.arch !== 'x64' ? 'SKIPPED: the package of this machine is not built' : skipWithoutMachine();

test('under systemd: ready when it is, its secret a credential, watched, started again, and not after a mistake', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'giro-booted-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const deb = await buildDeb(resolve('.'), folder, {
    arch: 'x64',
    epochS: 1_700_000_000,
    compression: ['-Zgzip', '-z1'],
  });
  await using machine = await Machine.boot();
  machine.must('dpkg', '--no-triggers', '--force-unsafe-io', '-i', machine.bring(deb));

  await t.test('installed without a configuration, it waits', () => {
    machine.must('systemctl', 'start', 'giro');
    assert.deepEqual(
      [machine.property('ActiveState'), machine.property('ConditionResult')],
      ['inactive', 'no'],
    );
  });

  await t.test('configured, it is active once it listens, as its own user', () => {
    machine.must('mkdir', '-p', '/etc/credstore');
    machine.write('/etc/credstore/giro.secret', `${SECRET}\n`);
    machine.must('chmod', '600', '/etc/credstore/giro.secret');
    machine.write(CONFIG, CONFIGURATION);
    for (const start of ['the first', 'the second']) {
      machine.must('systemctl', 'restart', 'giro');
      t.diagnostic(`systemd saw ${start} start ready after ${startMs(machine)} ms`);
    }
    assert.equal(machine.property('ActiveState'), 'active');
    assert.match(machine.property('StatusText'), /1 turnstile|of 1/);
    assert.equal(machine.must('ps', '-o', 'user=', '-p', machine.property('MainPID')), 'giro');
  });

  await t.test('behind all that closes it, its turnstile is served and its webhook signed', async () => {
    const receiver = machine.start('giro', 'listen', '--port', '8480', '--secret', SECRET, '--json');
    machine.must('giro', ...simulateLines('tcp://127.0.0.1:4370', LINES));
    await receiver.until('all records', () => receiver.stdout.length === LINES);
    await receiver.end('SIGKILL');
  });

  await t.test('kill -9: it is started again', async () => {
    machine.must('mkfifo', STARTED);
    dropIn(machine, '');
    await starts(machine, () => machine.must('systemctl', 'kill', '--signal=KILL', 'giro'));
    assert.equal(machine.property('NRestarts'), '1');
  });

  await t.test('a process that stands still does not feed the watchdog, and is replaced', async () => {
    dropIn(machine, 'WatchdogSec=2s\nWatchdogSignal=KILL');
    await starts(machine, () => machine.must('systemctl', 'restart', 'giro'));
    await starts(machine, () => machine.must('systemctl', 'kill', '--signal=STOP', 'giro'));
    assert.match(journalOf(machine), /Watchdog timeout/);
  });

  await t.test('a mistake in the configuration is not tried again', () => {
    machine.write(CONFIG, CONFIGURATION.replace('driver: lines', 'driver: line'));
    assert.notEqual(machine.run('systemctl', 'restart', 'giro').status, 0);
    assert.match(journalOf(machine), /driver "line" is unknown; did you mean "lines"/);
    const states = ['ActiveState', 'ExecMainStatus', 'NRestarts'].map((name) => machine.property(name));
    assert.deepEqual(states, ['failed', '78', '0']);
  });
});

/** From the start of the process until systemd was told that it is ready, ms. */
function startMs(machine: Machine): number {
  const began = 'ExecMainStartTimestampMonotonic';
  const ready = 'ActiveEnterTimestampMonotonic';
  return Math.round((Number(machine.property(ready)) - Number(machine.property(began))) / 1000);
}

/** From now on systemd tells of each start, and waits until that is heard. */
function dropIn(machine: Machine, settings: string): void {
  machine.must('mkdir', '-p', '/etc/systemd/system/giro.service.d');
  machine.write(
    '/etc/systemd/system/giro.service.d/test.conf',
    `[Service]\nExecStartPost=+/bin/sh -c 'echo started > ${STARTED}'\n${settings}\n`,
  );
  machine.must('systemctl', 'daemon-reload');
}

/** Does something that makes the service start, and waits until it is ready. */
async function starts(machine: Machine, act: () => void): Promise<void> {
  const before = machine.property('MainPID');
  const told = machine.start('cat', STARTED);
  act();
  assert.equal(await told.exit, 0);
  assert.notEqual(machine.property('MainPID'), before);
}

function journalOf(machine: Machine): string {
  return machine.must('journalctl', '--no-pager', '--output=cat');
}
