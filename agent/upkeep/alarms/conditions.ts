import { TRUSTED_SKEW_MS } from '../../events/moment.ts';
import type { TurnstileStanding } from '../../events/turnstile-standing.ts';
import type { EndpointState } from '../../events/webhook-state.ts';
import type { JournalHealth } from '../../journal/journal.ts';
import type { Condition } from './registry.ts';
import * as texts from './texts.ts';

const FAILING_MS = 15 * 60_000;
/** Requests for one message that failed, from which its webhook is failing, however short that took. */
const FAILED_TRIES = 4;
const LONG_OUTAGE_MS = 24 * 3_600_000;
/** A shorter break of a turnstile's link is a blip. */
const OFFLINE_MS = 5 * 60_000;
const SCARCE_BYTES = 500_000_000;
const SCARCE_SHARE = 0.05;
/** A share of a large disk is room for decades of accesses: no alarm. */
const AMPLE_BYTES = 5_000_000_000;

/** The one alarm that `status` must tell while the journal cannot hold it. */
export const JOURNAL_REFUSED = 'diario_recusado';

/** Where one webhook stands. */
export interface WebhookSample {
  readonly endpoint: EndpointState;
  /** Something is pending. */
  readonly isWaiting: boolean;
  /** The most requests that failed for one message that is still pending. */
  readonly failedTries: number;
  readonly parked: number;
}

/** Room on the disk of the data folder. */
export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/**
 * A receiver that failed once and was sent nothing since is not failing: only what waits for it shows that. One that an
 * operator paused is sent nothing on purpose.
 */
export function webhookConditions(sample: WebhookSample, nowMs: number): Condition[] {
  const { endpoint, parked } = sample;
  const skewMs = endpoint.clockSkewMs;
  const { webhook, last } = endpoint;
  const found: Condition[] = [];
  const wrong = (code: string, sinceMs: number, words: texts.Words): void => {
    found.push({ code, webhook, sinceMs, ...words });
  };
  if (endpoint.state === 'gone') {
    wrong('webhook_encerrado', last?.atMs ?? nowMs, texts.webhookGone(webhook));
  } else if (sample.isWaiting && endpoint.failingSinceMs !== undefined && endpoint.pausedAtMs === undefined) {
    const sinceMs = endpoint.failingSinceMs;
    if (nowMs - sinceMs >= FAILING_MS || sample.failedTries >= FAILED_TRIES) {
      wrong('webhook_falhando', sinceMs, texts.webhookFailing(webhook, last));
    }
    if (nowMs - sinceMs >= LONG_OUTAGE_MS) {
      wrong('webhook_queda_longa', sinceMs, texts.webhookLongOutage(webhook, last));
    }
  }
  if (parked > 0) wrong('webhook_separados', nowMs, texts.webhookParked(webhook, parked));
  if (isWrongClock(skewMs)) wrong('webhook_relogio', nowMs, texts.webhookClock(webhook, skewMs));
  return found;
}

export function turnstileConditions(sample: TurnstileStanding, nowMs: number): Condition[] {
  const { turnstile, outageSinceMs, problem, clockSkewMs } = sample;
  const found: Condition[] = [];
  const name = nameOf(sample);
  if (outageSinceMs !== undefined && nowMs - outageSinceMs >= OFFLINE_MS) {
    const words = texts.turnstileOffline(name, problem);
    found.push({ code: 'catraca_desconectada', turnstile, sinceMs: outageSinceMs, ...words });
  }
  if (isWrongClock(clockSkewMs)) {
    const words = texts.turnstileClock(name, clockSkewMs);
    found.push({ code: 'catraca_relogio', turnstile, sinceMs: nowMs, ...words });
  }
  return found;
}

/** What concerns the machine. */
export function machineConditions(health: JournalHealth, space: DiskSpace, nowMs: number): Condition[] {
  const found: Condition[] = [];
  if (health.refusingSinceMs !== undefined) {
    found.push({ code: JOURNAL_REFUSED, sinceMs: health.refusingSinceMs, ...texts.journalRefused() });
  }
  if (health.isDamaged) {
    found.push({ code: 'diario_danificado', sinceMs: nowMs, ...texts.journalDamaged() });
  }
  if (isScarce(space)) {
    found.push({ code: 'disco_cheio', sinceMs: nowMs, ...texts.diskSpace(space.freeBytes) });
  }
  return found;
}

/** What a start found of the identity: restored from its copy, or another one, though the journal is an old one. */
export type IdentityState = 'whole' | 'restored' | 'lost';

/** What only a start can tell. */
export function startConditions(
  { salvaged }: JournalHealth,
  identity: IdentityState,
  nowMs: number,
): Condition[] {
  const found: Condition[] = [];
  if (salvaged !== undefined) {
    found.push({ code: 'diario_recuperado', sinceMs: nowMs, ...texts.journalSalvaged(salvaged) });
  }
  if (identity === 'restored') {
    found.push({ code: 'identidade_recuperada', sinceMs: nowMs, ...texts.identityRestored() });
  }
  if (identity === 'lost') {
    found.push({ code: 'identidade_perdida', sinceMs: nowMs, ...texts.identityLost() });
  }
  return found;
}

/** `name (id)`, or the id where it has no name. */
export function nameOf({ turnstile, name }: Pick<TurnstileStanding, 'turnstile' | 'name'>): string {
  return name === undefined ? turnstile : `${name} (${turnstile})`;
}

/** Whether there is too little room for an outage of days. */
export function isScarce({ freeBytes, totalBytes }: DiskSpace): boolean {
  return freeBytes < Math.max(SCARCE_BYTES, Math.min(SCARCE_SHARE * totalBytes, AMPLE_BYTES));
}

/** The limit is that of the contract's `relogio.confiavel`, and of webhooks.md for receivers. */
function isWrongClock(skewMs: number | undefined): skewMs is number {
  return skewMs !== undefined && Math.abs(skewMs) > TRUSTED_SKEW_MS;
}
