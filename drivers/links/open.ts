import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { LinkAddress } from './address.ts';
import type { LinkSource, LinkWishes } from './link.ts';
import { SerialSource } from './serial.ts';
import { SerialTap } from './serial-tap.ts';
import type { Tap, TapContext, TapPlace } from './tap.ts';
import type { TapMaker } from './tap-thread.ts';
import { TcpSource } from './tcp.ts';
import { TcpListenSource } from './tcp-listen.ts';

/** What every kind of link is given besides its address. */
export interface LinkContext extends LinkWishes {
  readonly clock: Clock;
  readonly log: Logger;
}

/** Makes the connections to `address`. Nothing is dialled, opened or listened on before the first `open`. */
export function createLinkSource(address: LinkAddress, context: LinkContext): LinkSource {
  switch (address.kind) {
    case 'tcp':
      return new TcpSource(address, context);
    case 'tcp-listen':
      return new TcpListenSource(address, context);
    case 'serial':
      return new SerialSource(address, context);
  }
}

/** Makes the tap of `place`; one on TCP passes on in `thread`. Nothing is listened on or opened before it runs. */
export function createTap(place: TapPlace, context: TapContext, thread: TapMaker): Tap {
  return place.kind === 'tcp' ? thread.tap(place, context) : new SerialTap(place, context);
}
