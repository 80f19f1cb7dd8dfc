import { HttpClient, type WebhookTarget } from '../../../agent/delivery/http-client.ts';
import { classify } from '../../../agent/http/classes.ts';
import type { Outcome } from '../../../agent/http/outcome.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { signingKey } from '../../signing.ts';

const DELIVERY = { id: 'evt', name: 'notificarAcesso', unit: 'centro', body: '{}' } as const;

type Options = Partial<ConstructorParameters<typeof HttpClient>[1]>;

/** A client of one webhook on this machine, closed at the end of its scope. */
export class Poster implements AsyncDisposable {
  readonly client: HttpClient;

  constructor(target: Partial<WebhookTarget> & Pick<WebhookTarget, 'url'>, options: Options = {}) {
    this.client = new HttpClient(
      {
        id: 'crm',
        keys: [signingKey('whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD')],
        allow: ['http', 'loopback'],
        maxInFlight: 4,
        ...target,
      },
      { clock: systemClock, version: '1', ...options },
    );
  }

  post(): Promise<Outcome> {
    return this.client.post({ delivery: DELIVERY, attempt: 1, signal: new AbortController().signal });
  }

  /** One request, by the class and the name of what came of it. */
  async found(): Promise<readonly [string, string]> {
    const { class: kind, outcome } = classify(await this.post());
    return [kind, outcome];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client.close();
  }
}
