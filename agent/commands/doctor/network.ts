import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { text } from '../../../config/check/mistakes.ts';
import type { Webhook } from '../../../config/configuration.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import { TcpSource } from '../../../drivers/links/tcp.ts';
import { version } from '../../base/version.ts';
import { classify } from '../../http/classes.ts';
import { Transport } from '../../http/transport.ts';
import { comparedClock } from './clock.ts';
import type { Finding, Patient } from './finding.ts';
import { hostNames, proxies } from './places.ts';

const LOOKUP_MS = 5_000;
const TIMEOUTS = { connectMs: 5_000, headersMs: 10_000, bodyMs: 1_000, attemptMs: 15_000 };

/** Whether the names of the configuration can be resolved here. */
export async function checkDns({ configuration, signal }: Patient): Promise<readonly Finding[]> {
  const names = hostNames(configuration).filter((name) => isIP(name) === 0);
  return Promise.all(
    names.map(async (name): Promise<Finding> => {
      const found = await Promise.race([lookup(name, { all: true }), timeout(signal)]).catch(() => undefined);
      if (found !== undefined) {
        const list = found.map(({ address }) => address).join(', ');
        return { check: 'dns', state: 'ok', subject: name, cause: text(list, list) };
      }
      return {
        check: 'dns',
        state: 'fail',
        subject: name,
        cause: text('this name cannot be resolved', 'não foi possível resolver este nome'),
        action: text(
          'check the internet, the name in the configuration, and the name server of this machine',
          'verifique a internet, o nome na configuração e o servidor de nomes deste computador',
        ),
      };
    }),
  );
}

/** Whether the proxies take connections. */
export async function checkProxy({ configuration, signal }: Patient): Promise<readonly Finding[]> {
  return Promise.all(
    proxies(configuration).map(async ({ hostname, port, protocol, host }): Promise<Finding> => {
      const usual = protocol === 'https:' ? 443 : 80;
      const address = {
        kind: 'tcp',
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port) || usual,
      } as const;
      try {
        (await new TcpSource(address, { clock: systemClock }).open(signal)).close();
        return {
          check: 'proxy',
          state: 'ok',
          subject: host,
          cause: text('takes connections', 'aceita conexões'),
        };
      } catch (error) {
        if (!(error instanceof GiroError)) throw error;
        return {
          check: 'proxy',
          state: 'fail',
          subject: host,
          cause: text(error.message, error.message),
          action: text(
            'correct proxy in the configuration, or HTTPS_PROXY of the environment',
            'corrija proxy na configuração, ou HTTPS_PROXY do ambiente',
          ),
        };
      }
    }),
  );
}

/** Whether each active webhook is reached, by the same way as events: proxy, certificates, pins. Nothing is delivered. */
export async function checkTls({ configuration, signal }: Patient): Promise<readonly Finding[]> {
  const active = configuration.webhooks.filter((webhook) => webhook.active);
  return (await Promise.all(active.map((webhook) => reach(webhook, signal)))).flat();
}

async function reach(
  { id, url, allow, tls, proxy }: Webhook,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const transport = new Transport({ url, allow, tls, proxy, timeouts: TIMEOUTS });
  const finding = { check: 'tls', subject: id } as const;
  const sentAtMs = Date.now();
  try {
    const headers = { 'user-agent': `giro/${version}` };
    const outcome = await transport.send({ path: '/', method: 'HEAD', headers }, signal);
    if (outcome.kind === 'fault') {
      return [{ ...finding, state: 'fail', cause: classify(outcome).cause, action: REACH }];
    }
    const { status, date, ms } = outcome;
    const said = `${url.host}: HTTP ${status}, ${Math.round(ms)} ms`;
    return [{ ...finding, state: 'ok', cause: text(said, said) }, ...clockOf(id, date, sentAtMs)];
  } finally {
    await transport.close();
  }
}

const REACH = text(
  'correct what the sentence names, then: giro test WEBHOOK',
  'corrija o que a frase aponta e depois: giro testar WEBHOOK',
);

function clockOf(id: string, date: string | undefined, sentAtMs: number): readonly Finding[] {
  const skewMs = Date.parse(date ?? '') - sentAtMs;
  return Number.isNaN(skewMs) ? [] : [comparedClock(id, skewMs, RECEIVER)];
}

const RECEIVER = {
  whose: text("the receiver's clock", 'relógio do destino'),
  action: text(
    'set the clock that is wrong: receivers refuse signatures that are minutes old',
    'acerte o relógio errado: destinos recusam assinaturas de minutos atrás',
  ),
};

function timeout(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LOOKUP_MS)]);
    limit.addEventListener('abort', () => reject(limit.reason), { once: true });
  });
}
