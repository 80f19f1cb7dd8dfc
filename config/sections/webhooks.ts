import type { z } from 'zod';
import type { Checker } from '../check/checker.ts';
import { text } from '../check/mistakes.ts';
import type { Webhook } from '../configuration.ts';
import { webhookSchema } from '../schema.ts';
import { checkFormat } from './formats.ts';
import { checkProxy } from './proxy.ts';
import { checkUnit } from './turnstiles.ts';
import { checkAuth } from './webhook-auth.ts';
import { checkHeaders } from './webhook-headers.ts';
import { checkSecret, type WebhookKeys } from './webhook-secret.ts';
import { checkTls } from './webhook-tls.ts';
import { parseWebhookUrl } from './webhook-url.ts';

interface Surroundings {
  /** Where relative paths start; absolute. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Judges what the schema can't: ids, units, URLs, secrets, and how requests go out. Answers the webhooks that are right. */
export function checkWebhooks(
  checker: Checker,
  units: readonly string[] | undefined,
  { folder, env }: Surroundings,
): readonly Webhook[] {
  checker.ids('webhooks', text('webhook', 'webhook'));
  return checker.entries('webhooks').flatMap(([index, entry]) => {
    const url = checkUrl(checker, index);
    const secret = checkSecret(checker, index, folder);
    const proxyFor = checkProxy(checker, ['webhooks', index, 'proxy'], env);
    const auth = checkAuth(checker, index, proxyFor);
    const tls = checkTls(checker, index, url, folder);
    const proxy = url && proxyFor(url);
    checkHeaders(checker, index);
    const wanted = checker.source.at(['webhooks', index, 'units']);
    for (const place of Array.isArray(wanted) ? wanted.keys() : []) {
      checkUnit(checker, ['webhooks', index, 'units', place], units);
    }
    const format = checkFormat(checker, index, entry);
    const { data } = webhookSchema.safeParse(entry); // its mistakes are reported with the whole file's
    if (data === undefined || url === undefined || secret === undefined || format === undefined) return [];
    checkSignatures(checker, index, data.signatures, secret);
    checkBatch(checker, index, data);
    const { id, active, events, allow, signatures, headers } = data;
    const { order, backlog, maxInFlight, rateLimit, conflict, batch } = data;
    const pace = { order, backlog, maxInFlight, rateLimit, conflict, batch };
    const request = { ...secret, signatures, headers, auth, tls, proxy };
    return [{ id, url, active, events, units: data.units, allow, pace, ...format, ...request }];
  });
}

/** A batch only holds bodies that say themselves what they are: those of ce- headers and the flat ones don't. */
function checkBatch(
  checker: Checker,
  index: number,
  { batch, format }: z.output<typeof webhookSchema>,
): void {
  if (batch === undefined) return;
  const fits = format === 'cloudevents' || (format === 'giro' && batch.format === 'json');
  if (fits) return;
  const path = ['webhooks', index, 'batch'];
  checker.report(
    path,
    {
      message: text(
        `a batch of ${batch.format} does not go with format: ${format}`,
        `um lote de ${batch.format} não combina com format: ${format}`,
      ),
      help: text(
        'batch.format json goes with format giro or cloudevents, batch.format cloudevents with format: cloudevents',
        'batch.format json vale com format giro ou cloudevents, batch.format cloudevents com format: cloudevents',
      ),
    },
    checker.source.placeOfKey(path),
  );
}

function checkUrl(checker: Checker, index: number): URL | undefined {
  const path = ['webhooks', index, 'url'];
  const value = checker.source.at(path);
  const allow = checker.source.at(['webhooks', index, 'allow']) ?? [];
  if (typeof value !== 'string') return undefined;
  // An `allow` that is no list is a mistake of its own; what it was meant to permit is not another.
  const parsed = parseWebhookUrl(value, Array.isArray(allow) ? allow : ['http', 'loopback']);
  if ('url' in parsed) return parsed.url;
  checker.report(path, parsed.problem);
  return undefined;
}

/** The schemes of others know only keyed hashes. */
function checkSignatures(
  checker: Checker,
  index: number,
  signatures: Webhook['signatures'],
  { keys }: WebhookKeys,
): void {
  const place = signatures.findIndex((scheme) => scheme !== 'standard');
  if (place === -1 || keys[0]?.kind === 'hmac') return;
  checker.report(['webhooks', index, 'signatures', place], {
    message: text(
      `signatures: ${signatures[place]} needs a whsec_ secret`,
      `signatures: ${signatures[place]} precisa de um segredo whsec_`,
    ),
  });
}
