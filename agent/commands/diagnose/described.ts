import type { Configuration, Webhook } from '../../../config/configuration.ts';
import type { RelaySource } from '../../../config/sections/relay.ts';
import type { Turnstile } from '../../../config/sections/turnstiles.ts';
import { formatAddress } from '../../../drivers/links/address.ts';
import { withoutSecrets } from './without-secrets.ts';

/** A configuration for support: only what is named here, of URLs only the origin, of secrets only their kind. */
export function describedConfiguration(configuration: Configuration): object {
  const { path, agent, journal, panel, units, turnstiles, webhooks, relay, feed } = configuration;
  return {
    path,
    agent: { name: agent.name, language: agent.language, data: agent.data },
    journal: withoutSecrets(journal),
    panel,
    units: units.map(({ id, company, timezone, key }) => ({
      id,
      company,
      timezone,
      hasKey: key !== undefined,
    })),
    turnstiles: turnstiles.map(describedTurnstile),
    webhooks: webhooks.map(describedWebhook),
    relay: relay.map(describedRelay),
    ...(feed && {
      feed: { listen: feed.listen, tls: feed.tls !== undefined, consumers: feed.consumers.length },
    }),
  };
}

function describedTurnstile({ id, unit, driver, address, tap, swapDirection, options }: Turnstile): object {
  return {
    ...{ id, unit, driver: driver.name, connect: formatAddress(address) },
    ...{ tap: withoutSecrets(tap), swapDirection, options: withoutSecrets(options) },
  };
}

function describedWebhook(webhook: Webhook): object {
  const { id, url, active, keys, signatures, headers, auth, tls, proxy, events, units } = webhook;
  const { allow, format, includeKey, pace } = webhook;
  return {
    ...{
      id,
      origin: url.origin,
      active,
      keys: keys.map(({ kind, untilMs }) => ({ kind, untilMs })),
      signatures,
    },
    ...{
      headers: Object.keys(headers),
      auth: auth?.kind,
      tls: tls && Object.keys(tls),
      proxy: proxy?.origin,
    },
    ...{ events, units, allow, format: format.name, includeKey, pace },
  };
}

function describedRelay(source: RelaySource): object {
  const { id, kind, provider, unit } = source;
  if (source.kind === 'receive') return { id, kind, provider, unit, listen: source.listen };
  const { pull, stream, every, proxy } = source;
  return {
    id,
    kind,
    provider,
    unit,
    pull: pull?.origin,
    stream: stream?.origin,
    every,
    proxy: proxy?.origin,
  };
}
