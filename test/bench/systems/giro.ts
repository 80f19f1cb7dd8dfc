import { execFile, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { version } from '../../../agent/base/version.ts';
import { asInstalled } from '../../installed.ts';
import { CONTROLLERS, end, freePorts, type Running, type Setting, type System } from './system.ts';

const BUILT = fileURLToPath(new URL('../../../dist/agent/main.js', import.meta.url));
const CHECKOUT = fileURLToPath(new URL('../../../agent/main.ts', import.meta.url));
/** Built JavaScript where `npm run build` made it, as the package ships it. */
const MAIN = existsSync(BUILT) ? BUILT : CHECKOUT;

export const giro: System = {
  name: 'giro',
  version: () => Promise.resolve(`${version}${MAIN === BUILT ? '' : ' (not built)'}`),
  async start(setting) {
    const ports = await freePorts(CONTROLLERS);
    const config = configure(setting, ports);
    const gateway = await startGateway(config);
    return {
      ...gateway,
      ports,
      async retryNow() {
        await promisify(execFile)(process.execPath, [MAIN, 'resume', 'crm', '--now', '--config', config]);
      },
    } satisfies Running;
  },
};

/** Resolves when it says that it started. */
export async function startGateway(config: string): Promise<AsyncDisposable & { readonly pid: number }> {
  const [program = '', ...args] = asInstalled(MAIN);
  const child = spawn(program, [...args, 'run', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  await started(child.stderr);
  return { pid: child.pid ?? 0, [Symbol.asyncDispose]: () => end(child) };
}

/** Resolves when the gateway says that it started; its log, a line an event as in production, is then let go unread. */
async function started(output: NodeJS.ReadableStream): Promise<void> {
  const lines = createInterface({ input: output });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.includes('gateway started')) resolve();
    });
    lines.once('close', () => reject(new Error('giro ended before it started')));
  });
  lines.close();
  output.resume();
}

/** Writes the configuration of four `lines` controllers and one webhook. */
export function configure(
  { folder, receiverPort, webhook = '', ack = false }: Setting,
  ports: readonly number[],
): string {
  const turnstiles = ports.map(
    (port, index) => `  - id: catraca-${index}
    unit: centro
    driver: lines
    connect: tcp-listen://127.0.0.1:${port}
    options:
      pattern: '^(?<time>[^;]+);(?<turnstile>\\d+);(?<kind>\\w+);(?<record>\\w+);(?<direction>\\w+);(?<result>\\w+)$'
      direction: { in: entrada, out: saida }
      result: { granted: liberado, denied: negado }
      kind: { card: cartao }${ack ? '\n      ack: "OK\\n"' : ''}
`,
  );
  const path = join(folder, 'giro.yaml');
  writeFileSync(
    path,
    `agent: { name: bench, language: en, data: ./data }
units:
  - { id: centro, company: 1, timezone: America/Sao_Paulo }
turnstiles:
${turnstiles.join('')}webhooks:
  - id: crm
    url: http://127.0.0.1:${receiverPort}/giro
    secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
    allow: [http, loopback]
${webhook}`,
  );
  return path;
}
