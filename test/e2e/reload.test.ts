import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Gym } from './gym.ts';
import { LineDevice } from './line-device.ts';
import { linesTurnstile, recordsOf, upTo } from './lines.ts';
import { type GiroProcess, LIMIT_MS } from './processes.ts';

const GUARD = { timeout: 3 * LIMIT_MS };
const OTHER_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

async function openGym(t: TestContext): Promise<Gym> {
  const gym = await Gym.open();
  t.after(() => gym.close());
  return gym;
}

/** As an editor does that never leaves a half-written file. */
function saveByRename(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function textOf(gym: Gym): string {
  return readFileSync(gym.config, 'utf8');
}

/** How many lines of its log say this so far. */
function count(gateway: GiroProcess, pattern: RegExp): number {
  return gateway.stderr.filter((line) => pattern.test(line)).length;
}

async function giro(gym: Gym, ...args: string[]) {
  const process = gym.start(...args, '--config', gym.config);
  const code = await process.exit;
  return { code, out: process.stdout.join('\n'), err: process.stderr.join('\n') };
}

test(
  'a file saved while traffic flows: what changed follows, no other link drops, no event is lost',
  GUARD,
  async (t) => {
    const gym = await openGym(t);
    await using steady = await LineDevice.open(1);
    await using changing = await LineDevice.open(2);
    await using added = await LineDevice.open(3);
    gym.configure(linesTurnstile('steady', steady.address) + linesTurnstile('changing', changing.address));
    const receiver = await gym.receiver();
    const gateway = await gym.gateway();
    const of = (id: string) => gym.delivered.filter(({ body }) => body.dispositivo.id === id);

    steady.send(1_500);
    changing.send(200);
    await Promise.all([steady.until(100), changing.until(200)]);
    saveByRename(
      gym.config,
      textOf(gym)
        .replace('Unidade Centro', 'Outro nome')
        .replace('webhooks:\n', () => `${linesTurnstile('added', added.address)}webhooks:\n`)
        .replace(`connect: ${changing.address}\n`, `connect: ${changing.address}\n    swapDirection: true\n`)
        .replace('allow: [http, loopback]', 'allow: [http, loopback]\n    maxInFlight: 2'),
    );
    await gateway.line(/configuration applied/);
    changing.send(400);
    added.send(200);
    await Promise.all([steady.until(1_500), changing.until(400), added.until(200)]);
    await receiver.until('all events', () => gym.deliveredEvents === 2_100);

    assert.equal(steady.connections, 1, 'the link that did not change never dropped');
    assert.equal(changing.connections, 2);
    for (const [id, through] of [
      ['steady', 1_500],
      ['changing', 400],
      ['added', 200],
    ] as const) {
      const records = recordsOf(of(id).filter(({ repeated }) => !repeated));
      assert.deepEqual(records, upTo(through), `every event of ${id}, in order`);
    }
    const bodies = of('changing').map(({ body }) => body.acesso.sentido);
    assert.equal(bodies[0], 'entrada');
    assert.equal(bodies.at(-1), 'saida');
    const units = of('steady').map(
      ({ body }) => (body as unknown as { unidade: { nome: string } }).unidade.nome,
    );
    assert.equal(units.at(-1), 'Outro nome', 'what bodies say followed without a new link');
  },
);

test(
  'a refused file changes nothing, is named in log and status, and said to be corrected',
  GUARD,
  async (t) => {
    const gym = await openGym(t);
    await using device = await LineDevice.open(1);
    gym.configure(linesTurnstile('catraca-1', device.address));
    const receiver = await gym.receiver();
    const gateway = await gym.gateway();
    const good = textOf(gym);

    writeFileSync(gym.config, good.replace('driver: lines', 'driver: linse').replace('id: crm', 'id: erp'));
    const line = JSON.parse(await gateway.line(/configuration refused/)) as { at: string; found: string };
    assert.equal(line.at, `${gym.config}:8:13`);
    assert.match(line.found, /driver "linse" is unknown; did you mean "lines"\?/);
    device.send(10);
    await receiver.until('events by the old configuration', () => gym.deliveredEvents === 10);

    const shown = await giro(gym, 'status');
    assert.equal(shown.code, 0, shown.err);
    assert.match(shown.out, /REFUSED.*\n.*giro\.yaml:8:13: driver "linse" is unknown/);
    assert.match(shown.out, /^crm +ATIVA/m, 'what is shown is what is in force');
    const { configuration } = JSON.parse((await giro(gym, 'status', '--json')).out);
    assert.equal(configuration.refused.mistakes[0].line, 8);
    const asked = await giro(gym, 'reload');
    assert.deepEqual([asked.code, /giro\.yaml:8:13/.test(asked.err)], [78, true]);

    writeFileSync(gym.config, good);
    await gateway.line(/configuration corrected/);
    assert.doesNotMatch((await giro(gym, 'status')).out, /REFUSED/);
    assert.equal(device.connections, 1);
    assert.equal(count(gateway, /configuration refused/), 2, 'one for the save, one for the command');
  },
);

test(
  'a webhook that moves keeps its queue and is tried at once; one that leaves keeps it, shown',
  GUARD,
  async (t) => {
    const gym = await openGym(t);
    await using device = await LineDevice.open(1);
    gym.configure(linesTurnstile('catraca-1', device.address));
    const good = textOf(gym);
    const gateway = await gym.gateway();
    device.send(30); // nobody listens at the URL
    await device.until(30);
    await gateway.line(/endpoint failing, events wait/);
    writeFileSync(gym.config, good.replace('id: crm\n', 'id: crm\n    active: false\n'));
    await gateway.line(/configuration applied/);

    const elsewhere = gym.start('listen', '--port', '0', '--secret', gym.secret, '--json');
    const url = /http:\S+/.exec(await elsewhere.line(/listening on/))?.[0] ?? '';
    saveByRename(gym.config, good.replace(`http://127.0.0.1:${gym.receiverPort}/giro`, url));
    await elsewhere.until('the queue at its new place', () => elsewhere.stdout.length >= 30);
    const sequences = elsewhere.stdout.map(
      (line) => (JSON.parse(line) as { body: { sequencia: number } }).body.sequencia,
    );
    assert.deepEqual(sequences, upTo(30));

    saveByRename(gym.config, good);
    await gateway.until('the third change', () => count(gateway, /configuration applied/) === 3);
    device.send(40);
    await device.until(40);
    saveByRename(gym.config, good.replace('id: crm', 'id: erp'));
    await gateway.until('the fourth change', () => count(gateway, /configuration applied/) === 4);
    const { out } = await giro(gym, 'status');
    assert.match(out, /^crm +not in the configuration +10 /m);
    assert.match(out, /^erp +ATIVA +0 /m);
  },
);

test(
  'secret files, swapped links, SIGHUP and reload are all followed; what needs a restart is said',
  GUARD,
  async (t) => {
    const gym = await openGym(t);
    await using device = await LineDevice.open(1);
    gym.configure(linesTurnstile('catraca-1', device.address));
    const [first, second, current] = ['first', 'second', 'current'].map((name) => join(gym.folder, name));
    assert.ok(first && second && current);
    for (const folder of [first, second]) mkdirSync(folder);
    const text = textOf(gym)
      .replace(`secret: ${gym.secret}`, `secret: \${file:crm.secret}`)
      .replace('./data', '../data');
    writeFileSync(join(first, 'giro.yaml'), text);
    writeFileSync(join(first, 'crm.secret'), `${gym.secret}\n`);
    writeFileSync(join(second, 'giro.yaml'), text.replace('company: 1', 'company: 2'));
    writeFileSync(join(second, 'crm.secret'), `${gym.secret}\n`);
    symlinkSync('first', current);
    const gateway = gym.start('run', '--config', join(current, 'giro.yaml'));
    await gateway.line(/gateway started/);
    const applied = (changes: RegExp) =>
      gateway.line(new RegExp(`"changes":\\[${changes.source}\\].*configuration applied`));

    writeFileSync(join(first, 'crm.secret'), `${OTHER_SECRET}\n${gym.secret} until 2999-01-01T00:00:00Z\n`);
    await applied(/"webhooks.crm changed"/);
    symlinkSync('second', `${current}.new`);
    renameSync(`${current}.new`, current);
    await applied(/"units.centro changed","webhooks.crm changed"/);

    rmSync(join(second, 'giro.yaml'));
    await gateway.line(/"at":"[^"]*giro.yaml:1:1".*configuration refused/);
    writeFileSync(join(second, 'giro.yaml'), text.replace('company: 1', 'company: 3'));
    await gateway.line(/configuration corrected/);
    gateway.child.kill('SIGHUP');
    const reload = gym.start('reload', '--json', '--config', join(current, 'giro.yaml'));
    assert.equal(await reload.exit, 0, reload.stderr.join('\n'));
    assert.deepEqual(JSON.parse(reload.stdout.join('')), { applied: true, changes: [] });
    assert.ok(gateway.running, 'SIGHUP does not end it');

    writeFileSync(join(second, 'giro.yaml'), text.replace('../data', '../elsewhere'));
    assert.match(
      await gateway.line(/restart is needed/),
      /agent\.data: a restart is needed to move from .*data to .*elsewhere/,
    );
    assert.equal(device.connections, 1);
  },
);
