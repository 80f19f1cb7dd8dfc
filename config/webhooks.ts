import type { Checker } from './checker.ts';
import type { Webhook } from './configuration.ts';
import { text } from './mistakes.ts';
import { webhookSchema } from './schema.ts';
import { parseSecret } from './secret.ts';
import { checkUnit } from './turnstiles.ts';
import { parseWebhookUrl } from './webhook-url.ts';

/** Judges what the schema can't: ids, units, URLs and secrets. Answers the webhooks that are right. */
export function checkWebhooks(checker: Checker, units: readonly string[] | undefined): readonly Webhook[] {
  checker.ids('webhooks', text('webhook', 'webhook'));
  return checker.entries('webhooks').flatMap(([index, entry]) => {
    const url = checkUrl(checker, index);
    const key = checkSecret(checker, index);
    const wanted = checker.source.at(['webhooks', index, 'units']);
    for (const place of Array.isArray(wanted) ? wanted.keys() : []) {
      checkUnit(checker, ['webhooks', index, 'units', place], units);
    }
    const { data } = webhookSchema.safeParse(entry); // its mistakes are reported with the whole file's
    if (data === undefined || url === undefined || key === undefined) return [];
    const { id, active, events, allow } = data;
    const { order, backlog, maxInFlight, rateLimit, conflict, batch } = data;
    const pace = { order, backlog, maxInFlight, rateLimit, conflict, batch };
    return [{ id, url, active, key, events, units: data.units, allow, pace }];
  });
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

function checkSecret(checker: Checker, index: number): Uint8Array | undefined {
  const path = ['webhooks', index, 'secret'];
  const value = checker.source.at(path);
  if (typeof value !== 'string') return undefined;
  const parsed = parseSecret(value);
  if ('key' in parsed) return parsed.key;
  checker.report(path, { message: parsed.problem });
  return undefined;
}
