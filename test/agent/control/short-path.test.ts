import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../../../agent/control/client.ts';
import { controlPath } from '../../../agent/control/protocol.ts';
import { ControlServer } from '../../../agent/control/server.ts';
import { RecordingLog } from '../../drivers/recording-log.ts';
import { makeFolder } from '../journal/journals.ts';

test('operators reach a gateway whose data folder has a path longer than a socket may have', {
  skip: process.platform !== 'linux' && 'the way around is Linux’s',
}, async (t) => {
  const folder = join(makeFolder(t), 'a'.repeat(120));
  mkdirSync(folder);
  const log = new RecordingLog();
  const operator = { run: () => Promise.resolve({ pending: 7 }) };
  const server = await ControlServer.open(folder, { operator, log });
  const request = { command: 'pause', webhook: 'crm', dryRun: true } as const;
  assert.deepEqual(await ask(folder, request), { pending: 7 });
  assert.deepEqual([log.at('warn'), existsSync(controlPath(folder))], [[], true]);
  await server.close();
  assert.deepEqual(readdirSync(folder), [], 'the socket is removed with it');
  await assert.rejects(ask(folder, request), { code: 'CONTROL_UNAVAILABLE' });
});
