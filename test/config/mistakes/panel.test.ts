import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfiguration } from '../../../config/read.ts';
import { fakeDrivers, GOOD } from '../fakes.ts';
import { each, mistakesOf, PATH, printed } from '../mistaken.ts';

const HELP = '  for example 127.0.0.1:8470, or off for no panel';
const panel = (listen: string): string => `panel:\n  listen: ${listen}\nunits:`;

each([
  {
    name: 'panel.listen on a port that there is not',
    from: 'units:',
    to: panel('127.0.0.1:99999'),
    want: ['4:11: "99999" is no port; expected 0 to 65535', HELP],
  },
  {
    name: 'panel.listen that is a URL',
    from: 'units:',
    to: panel('http://127.0.0.1:8470'),
    want: ['4:11: "//127.0.0.1:8470" is no port; expected 0 to 65535', HELP],
  },
  {
    name: 'panel.listen on other addresses without a password',
    from: 'units:',
    to: panel('0.0.0.0:8470'),
    want: [
      '4:11: other machines could open the panel at 0.0.0.0:8470, and it has no password',
      '  set one with giro panel password, or listen on 127.0.0.1:8470',
    ],
  },
  {
    name: 'an unknown key of the panel',
    from: 'units:',
    to: 'panel:\n  port: 8470\nunits:',
    want: ['4:3: unknown key "port"', '  known keys: listen'],
  },
]);

test('with a password, or for whoever sets it, other addresses are no mistake', (t) => {
  const data = mkdtempSync(join(tmpdir(), 'giro-panel-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const file = GOOD.replace('name: recepcao', `name: recepcao\n  data: ${data}`).replace(
    'units:',
    panel('0.0.0.0:8470'),
  );
  const read = (isPasswordPending: boolean) =>
    readConfiguration(Buffer.from(file), PATH, { env: {}, drivers: fakeDrivers, isPasswordPending }).panel;
  assert.equal(printed(mistakesOf(file)).length, 2);
  assert.deepEqual(read(true), { host: '0.0.0.0', port: 8470, isLocal: false });
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'panel-password.json'), '{}');
  assert.deepEqual(read(false), { host: '0.0.0.0', port: 8470, isLocal: false });
});

test('the panel is on this machine alone unless the file says otherwise', () => {
  const read = (file: string) =>
    readConfiguration(Buffer.from(file), PATH, { env: {}, drivers: fakeDrivers }).panel;
  assert.deepEqual(read(GOOD), { host: '127.0.0.1', port: 8470, isLocal: true });
  assert.equal(read(GOOD.replace('units:', panel('off'))), 'off');
  assert.deepEqual(read(GOOD.replace('units:', panel('localhost:0'))), {
    host: 'localhost',
    port: 0,
    isLocal: true,
  });
  assert.deepEqual(read(GOOD.replace('units:', panel('"[::1]"'))), {
    host: '::1',
    port: 8470,
    isLocal: true,
  });
});
