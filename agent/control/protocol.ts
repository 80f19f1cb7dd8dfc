import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { ErrorCode } from '../../drivers/base/errors.ts';
import type { TurnstileStanding } from '../events/turnstile-standing.ts';
import type { JsonOf } from '../turnstiles/event-json.ts';
import type { WireEvent } from '../turnstiles/wire.ts';
import type { InForce } from './in-force.ts';
import type { Reloaded } from './reload.ts';

/** Goes up with every change that an older or newer command would misunderstand. */
export const CONTROL_VERSION = 2;

/** Where the gateway of a data folder listens: a socket in it (mode 0600), on Windows a named pipe. */
export function controlPath(folder: string): string {
  if (process.platform !== 'win32') return join(folder, 'control.sock');
  return `\\\\.\\pipe\\giro-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16)}`;
}

const webhook = z.string().min(1).max(64);
const epochMs = z.int().min(0);
const sequence = z.int().min(1);

/** `DeliveryFilter` of the journal. */
const filter = z.strictObject({
  id: z.uuid().optional(),
  webhook: webhook.optional(),
  states: z
    .array(z.enum(['pending', 'delivered', 'parked', 'discarded']))
    .readonly()
    .optional(),
  sinceMs: epochMs.optional(),
  untilMs: epochMs.optional(),
  firstSequence: sequence.optional(),
  lastSequence: sequence.optional(),
  turnstile: z.string().optional(),
  unit: z.string().optional(),
  person: z.string().optional(),
});

/** One request a connection, a JSON object on a line. */
export const requestSchema = z.discriminatedUnion('command', [
  /** `dryRun` counts what the same without it would change. */
  z.strictObject({ command: z.enum(['resend', 'discard']), filter, dryRun: z.boolean() }),
  z.strictObject({ command: z.literal('pause'), webhook, dryRun: z.boolean() }),
  /** `now`: waits end too. */
  z.strictObject({ command: z.literal('resume'), webhook, now: z.boolean(), dryRun: z.boolean() }),
  /** Queues a `testeWebhook`; the journal's attempt log tells what became of it. */
  z.strictObject({ command: z.literal('test'), webhook, dryRun: z.boolean() }),
  /** One of `person` and `credential`. `pendingToo`: also what is not delivered yet. */
  z.strictObject({
    command: z.literal('forget'),
    person: z.string().min(1).max(64).optional(),
    credential: z.string().min(1).max(256).optional(),
    pendingToo: z.boolean(),
    dryRun: z.boolean(),
  }),
  /** Reads the configuration file again. */
  z.strictObject({ command: z.literal('reload') }),
  /** Which configuration is in force. */
  z.strictObject({ command: z.literal('configuration') }),
  /** Where each turnstile stands. */
  z.strictObject({ command: z.literal('turnstiles') }),
  /** Any number of `event` replies, until whoever asked goes away. */
  z.strictObject({ command: z.literal('watch'), turnstile: z.string().min(1).max(64) }),
]);
export type ControlRequest = z.output<typeof requestSchema>;

/** What changes nothing: it is neither audited nor worth a line. */
export const LOOKS: ReadonlySet<ControlRequest['command']> = new Set([
  'configuration',
  'turnstiles',
  'watch',
]);

/** What goes over the wire, in both senses of the version: it is checked before anything else of the request. */
export const envelopeSchema = z.object({ version: z.number(), request: z.unknown() });

/** What each command comes to. */
export interface ControlResults {
  resend: ActionResult;
  discard: ActionResult;
  pause: QueueResult;
  resume: QueueResult;
  test: QueueResult & {
    /** The test event, in the queue; absent when it was a dry run. */
    readonly queued?: { readonly id: string; readonly sequence: number };
  };
  forget: ForgetResult;
  reload: Reloaded;
  configuration: InForce;
  turnstiles: readonly TurnstileStanding[];
  watch: Record<string, never>;
}

export interface QueueResult {
  /** Events that waited for the webhook when the command came. */
  readonly pending: number;
}

/** What was removed of a person, or would be. */
export interface ForgetResult {
  readonly events: number;
  /** Events with deliveries that are pending; they stay unless those are to go too. */
  readonly pending: number;
  /** What finds second copies of a record. */
  readonly traces: number;
  /** Lines that no pattern matched. */
  readonly lines: number;
  /** Events that each webhook was given: its receiver has to delete them itself. */
  readonly delivered: Readonly<Record<string, number>>;
}

export interface ActionResult {
  readonly total: number;
  /** How many, by webhook; one that has none is left out. */
  readonly webhooks: Readonly<Record<string, number>>;
}

/** Any number of `progress`, `event` and `missed`, then one of the others; each a JSON object on a line. */
export type ControlReply =
  /** Deliveries changed so far. */
  | { readonly progress: number }
  /** What happened on a wire; its bytes are base64. */
  | { readonly event: JsonOf<WireEvent> }
  /** Events that were left out, because whoever asked did not keep up. */
  | { readonly missed: number }
  | { readonly result: ControlResults[ControlRequest['command']] }
  | { readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint?: string } };
