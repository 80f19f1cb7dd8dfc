import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Gateway } from '../../../agent/gateway.ts';
import { writePassword } from '../../../agent/panel/password.ts';
import { Taps } from '../../../agent/turnstiles/taps.ts';
import { readConfiguration } from '../../../config/read.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { drivers } from '../../../drivers/registry.ts';
import { RecordingLog } from '../../drivers/recording-log.ts';

export const PASSWORD = 'a long enough password';

interface Options {
  readonly listen?: string;
  readonly password?: string;
  /** Of the turnstile; nobody is there by default. */
  readonly connect?: string;
}

/** A gateway with one turnstile that is not there and one webhook that nobody answers, and its panel. */
export async function startGateway(
  t: TestContext,
  { listen = '127.0.0.1:0', password, connect = 'tcp://127.0.0.1:9' }: Options = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'giro-panel-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (password !== undefined) await writePassword(data, password);
  const yaml = `agent: { name: teste, language: en, data: ${data} }
panel: { listen: "${listen}" }
units: [{ id: centro, company: 1, timezone: America/Sao_Paulo }]
turnstiles:
  - { id: catraca-1, unit: centro, driver: lines, connect: "${connect}", options: { pattern: "^(?<record>[0-9]+)$" } }
webhooks:
  - { id: crm, url: "http://127.0.0.1:9/", secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD, allow: [http, loopback] }
`;
  const config = join(folder, 'giro.yaml');
  writeFileSync(config, yaml);
  const configuration = readConfiguration(Buffer.from(yaml), config, { env: {}, drivers });
  const log = Object.assign(new RecordingLog(), { child: () => new RecordingLog() });
  const taps = new Taps({ clock: systemClock, log });
  const gateway = await Gateway.start({ configuration, clock: systemClock, log, taps });
  t.after(() => gateway.stop());
  const url = await gateway.panelUrl;
  return { gateway, config, data, log, url: url ?? '' };
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** The address that is asked from. */
  readonly from?: string;
}

interface Answered {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  /** The body, parsed. */
  readonly json: <Body>() => Body;
}

/** A request with exactly these headers, which `fetch` would not send. */
export function ask(
  url: string,
  { method = 'GET', headers = {}, body, from }: Asked = {},
): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const sent = request(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(from !== undefined && { localAddress: from }),
    agent: false,
  });
  sent.on('error', reject).on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { statusCode: status = 0 } = response;
      resolve({ status, headers: response.headers, text, json: <Body>() => JSON.parse(text) as Body });
    });
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

/** Signs in as a browser on the page would; what every action then has to carry. */
export async function signIn(url: string, password = PASSWORD): Promise<Record<string, string>> {
  const origin = new URL(url).origin;
  const answer = await ask(`${url}api/session`, { method: 'POST', headers: { origin }, body: { password } });
  const [cookie = ''] = [answer.headers['set-cookie']].flat();
  return {
    origin,
    cookie: cookie.split(';')[0] ?? '',
    'x-giro-csrf': answer.json<{ csrf: string }>().csrf,
  };
}
