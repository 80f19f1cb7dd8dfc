import type { ListenAddress } from '../../../config/check/listen.ts';
import type { Configuration } from '../../../config/configuration.ts';
import type { Turnstile } from '../../../config/sections/turnstiles.ts';

/** A place where the gateway listens. */
interface ListeningPlace extends ListenAddress {
  /** Key of the configuration. */
  readonly subject: string;
}

/** Everywhere that the gateway of a configuration listens, but where it takes a free port. */
export function listeningPlaces({
  turnstiles,
  panel,
  relay,
  feed,
}: Configuration): readonly ListeningPlace[] {
  const places: ListeningPlace[] = [
    ...turnstiles.flatMap(({ id, address, tap }) => [
      ...(address.kind === 'tcp-listen' ? [{ subject: `${id} connect`, ...address }] : []),
      ...(tap?.kind === 'tcp' ? [{ subject: `${id} tap`, ...tap.listen }] : []),
    ]),
    ...(panel === 'off' ? [] : [{ subject: 'panel', ...panel }]),
    ...relay.flatMap((source) =>
      source.kind === 'receive' ? [{ subject: `relay ${source.id}`, ...source.listen }] : [],
    ),
    ...(feed === undefined ? [] : [{ subject: 'feed', ...feed.listen }]),
  ];
  return places.filter(({ port }) => port !== 0);
}

/** The serial ports of a configuration, by turnstile. */
export function serialPorts(
  turnstiles: readonly Turnstile[],
): readonly { readonly subject: string; readonly path: string }[] {
  return turnstiles.flatMap(({ id, address, tap }) => [
    ...(address.kind === 'serial' ? [{ subject: `${id} connect`, path: address.path }] : []),
    ...(tap?.kind === 'serial' && tap.software !== undefined
      ? [{ subject: `${id} tap`, path: tap.software.path }]
      : []),
  ]);
}

/** Names that this machine must resolve, each once; what a proxy is asked for, the proxy resolves. */
export function hostNames({ webhooks, relay, turnstiles }: Configuration): readonly string[] {
  const urls = [
    ...webhooks.filter(({ active }) => active).map(({ url, proxy }) => proxy ?? url),
    ...relay.flatMap((source) =>
      source.kind === 'fetch'
        ? [source.proxy ?? source.pull ?? source.stream].filter((url) => url !== undefined)
        : [],
    ),
  ];
  const devices = turnstiles.flatMap(({ address }) => (address.kind === 'tcp' ? [address.host] : []));
  return [...new Set([...urls.map(({ hostname }) => hostname.replace(/^\[|\]$/g, '')), ...devices])];
}

/** The proxies that requests go through, each once. */
export function proxies({ webhooks, relay }: Configuration): readonly URL[] {
  const all = [...webhooks, ...relay].flatMap((each) => ('proxy' in each && each.proxy ? [each.proxy] : []));
  return [...new Map(all.map((url) => [url.origin, url])).values()];
}
