import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import type { Driver, Observer, ObserverContext, TurnstileContext } from '../../drivers/contract/driver.ts';
import type { Reading } from '../../drivers/contract/reading.ts';
import type { Link } from '../../drivers/links/link.ts';

/** Who sent bytes: `software` is the gym's own, through a tap. */
export type Speaker = 'device' | 'giro' | 'software';

/** What happens on the wire of one turnstile; times are Unix ms. */
export type WireEvent =
  /** A connection began or ended; `why` where it was not an orderly end. */
  | {
      readonly kind: 'link';
      readonly atMs: number;
      readonly state: 'up' | 'down';
      readonly peer?: string | undefined;
      readonly why?: string | undefined;
      /** It began before anybody watched. */
      readonly ongoing?: true | undefined;
    }
  | {
      readonly kind: 'bytes';
      readonly atMs: number;
      readonly from: Speaker;
      readonly bytes: Uint8Array;
    }
  /** What the driver read, as it reads it: before `swapDirection`, and before the commit. */
  | { readonly kind: 'reading'; readonly atMs: number; readonly reading: Reading };

type Listener = (event: WireEvent) => void;

/** The wire of one turnstile, for whoever watches. Watching changes nothing of it, and costs nothing while nobody does. */
export class Wire {
  readonly #clock: Clock;
  readonly #listeners = new Set<Listener>();
  /** How the connection stands. */
  #link: Extract<WireEvent, { kind: 'link' }>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#link = { kind: 'link', atMs: clock.now(), state: 'down' };
  }

  /** Tells how the connection stands now, then everything. A listener may neither throw nor block. Calling the answer ends it. */
  watch(listener: Listener): () => void {
    const { state } = this.#link;
    listener({ ...this.#link, atMs: this.#clock.now(), ...(state === 'up' && { ongoing: true as const }) });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  linked(state: 'up' | 'down', details: { readonly peer?: string; readonly why?: string } = {}): void {
    this.#link = { kind: 'link', atMs: this.#clock.now(), state, ...details };
    this.#tell(this.#link);
  }

  heard(from: Speaker, bytes: Uint8Array): void {
    if (this.#listeners.size > 0) this.#tell({ kind: 'bytes', atMs: this.#clock.now(), from, bytes });
  }

  read(readings: readonly Reading[]): void {
    if (this.#listeners.size === 0) return;
    for (const reading of readings) this.#tell({ kind: 'reading', atMs: this.#clock.now(), reading });
  }

  #tell(event: WireEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** The wires of a gateway, by turnstile. They outlive sessions and changes of the configuration. */
export class Wires {
  readonly #clock: Clock;
  readonly #wires = new Map<string, Wire>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(turnstile: string): Wire {
    const wire = this.#wires.get(turnstile) ?? new Wire(this.#clock);
    this.#wires.set(turnstile, wire);
    return wire;
  }

  /** The turnstile, with a driver that does the same and can be watched. */
  watchable(turnstile: Turnstile): Turnstile {
    return { ...turnstile, driver: watchable(turnstile.driver, this.of(turnstile.id)) };
  }
}

/** A driver that does what `driver` does, and tells `wire`. */
export function watchable(driver: Driver, wire: Wire): Driver {
  return {
    ...driver,
    run: (turnstile) => run(driver, turnstile, wire),
    observe: (turnstile) => observe(driver, turnstile, wire),
  };
}

async function run(driver: Driver, context: TurnstileContext<unknown>, wire: Wire): Promise<void> {
  wire.linked('up', { peer: context.link.peer });
  try {
    await driver.run({
      ...context,
      link: heardLink(context.link, wire),
      ...heardRecording(context, wire),
    });
    wire.linked('down');
  } catch (error) {
    wire.linked('down', { why: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

type Recording = Pick<TurnstileContext<unknown>, 'record' | 'recordAt'>;

function heardRecording({ record, recordAt }: Recording, wire: Wire): Recording {
  return {
    record(...readings) {
      wire.read(readings);
      return record(...readings);
    },
    recordAt(position, ...readings) {
      wire.read(readings);
      return recordAt(position, ...readings);
    },
  };
}

function heardLink(link: Link, wire: Wire): Link {
  return {
    kind: link.kind,
    peer: link.peer,
    async read(options) {
      const read = await link.read(options);
      if (read instanceof Uint8Array) wire.heard('device', read);
      return read;
    },
    write(bytes) {
      wire.heard('giro', bytes);
      return link.write(bytes);
    },
    close: () => link.close(),
  };
}

function observe(driver: Driver, context: ObserverContext<unknown>, wire: Wire): Observer {
  const observer = driver.observe({ ...context, ...heardRecording(context, wire) });
  wire.linked('up');
  return {
    fromDevice(bytes) {
      wire.heard('device', bytes);
      observer.fromDevice(bytes);
    },
    fromSoftware(bytes) {
      wire.heard('software', bytes);
      observer.fromSoftware(bytes);
    },
    end() {
      observer.end();
      wire.linked('down');
    },
  };
}
