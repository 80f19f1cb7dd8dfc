import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answering } from './syslog-ng.ts';
import { CONTROLLERS, end, freePorts, type Running, type System } from './system.ts';

const VERSION = '5.0.7';
/** Installed once a machine: it is no dependency of Giro. */
const HOME = join(tmpdir(), `giro-bench-node-red-${VERSION}`);
const PROGRAM = join(HOME, 'node_modules/node-red/red.js');

/** npm's node-red: tcp in, a row in SQLite (node:sqlite, WAL, FULL), http request, the row marked. */
export const nodeRed: System = {
  name: 'node-red',
  async version() {
    if (existsSync(PROGRAM)) return VERSION;
    mkdirSync(HOME, { recursive: true });
    try {
      await promisify(execFile)('npm', [
        'install',
        '--prefix',
        HOME,
        '--ignore-scripts',
        '--no-audit',
        `node-red@${VERSION}`,
      ]);
      return VERSION;
    } catch (error) {
      console.error(`node-red could not be installed: ${String(error)}`);
      return undefined;
    }
  },
  async start({ folder, receiverPort }) {
    const [port = 0, editor = 0] = await freePorts(2);
    writeFileSync(join(folder, 'settings.js'), settings(folder, editor));
    writeFileSync(join(folder, 'flows.json'), JSON.stringify(flow(port, receiverPort)));
    const child = spawn(
      process.execPath,
      [PROGRAM, '-u', folder, '-s', join(folder, 'settings.js'), 'flows.json'],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    await answering(port);
    return {
      pid: child.pid ?? 0,
      ports: Array.from({ length: CONTROLLERS }, () => port),
      retryNow: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => end(child),
    } satisfies Running;
  },
};

function settings(folder: string, editor: number): string {
  return `const { DatabaseSync } = require('node:sqlite');
const db = new DatabaseSync(${JSON.stringify(join(folder, 'queue.db'))});
db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE queue (id INTEGER PRIMARY KEY, line TEXT, done INTEGER)');
module.exports = {
  uiHost: '127.0.0.1', uiPort: ${editor}, httpAdminRoot: false, flowFile: 'flows.json',
  functionGlobalContext: {
    insert: db.prepare('INSERT INTO queue (line, done) VALUES (?, 0)'),
    mark: db.prepare('UPDATE queue SET done = 1 WHERE id = ?'),
  },
  logging: { console: { level: 'error' } },
};
`;
}

function flow(port: number, receiverPort: number): object[] {
  const node = (id: string, type: string, rest: object, to?: string): object => ({
    id,
    type,
    z: 'flow',
    wires: to === undefined ? [] : [[to]],
    ...rest,
  });
  return [
    { id: 'flow', type: 'tab', label: 'bench' },
    node(
      'in',
      'tcp in',
      {
        server: 'server',
        host: '',
        port: String(port),
        datamode: 'stream',
        datatype: 'utf8',
        newline: '\\n',
        trim: true,
      },
      'store',
    ),
    node(
      'store',
      'function',
      {
        func: "msg.row = global.get('insert').run(msg.payload).lastInsertRowid; return msg;",
        outputs: 1,
      },
      'post',
    ),
    node(
      'post',
      'http request',
      {
        method: 'POST',
        ret: 'txt',
        paytoqs: 'ignore',
        url: `http://127.0.0.1:${receiverPort}/`,
        persist: true,
      },
      'done',
    ),
    node('done', 'function', {
      func: "if (msg.statusCode === 200) global.get('mark').run(msg.row);",
      outputs: 0,
    }),
  ];
}
