import type { Direction, Result } from '../../drivers/contract/reading.ts';

/** Names of events that a body may carry (webhook.schema.json, `evento`). */
export type EventName =
  | 'notificarAcesso'
  | 'notificarCadastro'
  | 'notificarContrato'
  | 'notificarVendaAvulsa'
  | 'notificarPagamento'
  | 'giro.resumo'
  | 'eventoNuvem'
  | 'testeWebhook'
  | 'giro.alerta'
  | 'giro.lacuna';

/** One event on its way into the journal. */
export interface NewEvent {
  /** UUID; equal ids are one event. */
  readonly id: string;
  readonly name: EventName;
  /** `units[].id`. */
  readonly unit: string;
  /** What orders it: the turnstile's id, or the relay's. */
  readonly lane: string;
  /** Unix ms. */
  readonly occurredAtMs: number;
  /** Unix ms. */
  readonly recordedAtMs: number;
  /** What `events` searches and prints; absent for events that are no access. */
  readonly access?: {
    readonly result: Result;
    readonly passage: 'confirmada' | 'desistencia' | 'nao_informada';
    readonly direction: Direction;
    /** `pessoa.idExterno`. */
    readonly person?: string;
  };
  /** The body as a JSON object without `id` and `sequencia`, which the journal puts in front; frozen from here on. */
  readonly content: string;
  /** The webhooks that want it (`webhooks[].id`), and `FEED` where it is kept to be asked for. */
  readonly webhooks: readonly string[];
}

/** Among the webhooks of an event: the feed of its unit. No webhook can have this id. */
export const FEED = '@feed';
