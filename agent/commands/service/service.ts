import type { Clock } from '../../../drivers/base/clock.ts';
import { ERRORS, type GiroError } from '../../../drivers/base/errors.ts';
import type { Language, Text } from '../../../drivers/base/language.ts';
import type { Logger } from '../../../drivers/base/log.ts';
import { createNotify, watchdogIntervalMs } from '../run/notify.ts';
import { Watchdog } from '../run/watchdog.ts';

/** A start that waits may take this much longer from now on, as the unit gives it from the beginning; microseconds. */
const START_TIMEOUT_USEC = 15 * 60 * 1_000_000;

/** The gateway, as a service manager is told of it. */
interface Served {
  /** Resolves when every link to a device was opened or failed for the first time; not later than in a second. */
  linksTried(): Promise<void>;
  readonly turnstiles: { readonly all: number; readonly online: number };
  /** Resolves when the journal's writer answered, with what stands still, if anything does. */
  pulse(): Promise<string | undefined>;
}

interface ServiceOptions {
  readonly gateway: Served;
  readonly language: Language;
  readonly clock: Clock;
  readonly log: Logger;
  readonly env: NodeJS.ProcessEnv;
}

/** What systemd asks of a service of `Type=notify` with a watchdog; nothing at all where no manager listens. */
export class Service {
  readonly #notify: ReturnType<typeof createNotify>;
  readonly #watchdog: Watchdog | undefined;

  private constructor(options: ServiceOptions) {
    const { gateway, language, clock, log, env } = options;
    const notify = createNotify(env, log);
    const intervalMs = watchdogIntervalMs(env, process.pid);
    this.#notify = notify;
    if (notify !== undefined && intervalMs !== undefined) {
      const feed = (): Promise<void> => notify('WATCHDOG=1', statusLine(gateway, language));
      this.#watchdog = new Watchdog({ intervalMs, pulse: () => gateway.pulse(), feed, clock, log });
    }
  }

  /** Says that the gateway is ready, once its links are up or have been tried, and begins to feed the watchdog. */
  static async start(options: ServiceOptions): Promise<Service> {
    const service = new Service(options);
    await service.#ready(options);
    return service;
  }

  /** The gateway is about to stop. */
  async stop(): Promise<void> {
    this.#watchdog?.stop();
    await this.#notify?.('STOPPING=1');
  }

  async #ready({ gateway, language }: ServiceOptions): Promise<void> {
    if (this.#notify === undefined) return;
    await gateway.linksTried();
    await this.#notify('READY=1', statusLine(gateway, language));
    this.#watchdog?.start();
  }
}

/**
 * Says why a gateway cannot start yet though the process has to live, because its taps pass on: systemd would end a
 * start that takes too long, and the door with it.
 */
export async function tellWaiting(
  { code }: GiroError,
  { language, log, env }: Pick<ServiceOptions, 'language' | 'log' | 'env'>,
): Promise<void> {
  const status = `STATUS=${ERRORS[code].summary[language]}`;
  await createNotify(env, log)?.(`EXTEND_TIMEOUT_USEC=${START_TIMEOUT_USEC}`, status);
}

/** One line of `systemctl status`. */
function statusLine({ turnstiles: { all, online } }: Served, language: Language): string {
  const line: Text = {
    en: `${online} of ${all} turnstiles online`,
    'pt-BR': `${online} de ${all} catracas conectadas`,
  };
  return `STATUS=${line[language]}`;
}
