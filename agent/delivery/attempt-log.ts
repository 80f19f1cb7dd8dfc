import type { AttemptRecord, NextTry } from '../events/attempt.ts';
import type { EndpointState } from '../events/webhook-state.ts';
import type { Classified } from '../http/classes.ts';
import type { Outcome } from '../http/outcome.ts';
import type { Mark } from '../journal/records.ts';
import type { Lane } from './lane.ts';

/** What the journal keeps of one attempt. */
export function attemptMark(
  of: Pick<AttemptRecord, 'webhook' | 'sequence' | 'atMs'>,
  outcome: Outcome,
  what: Pick<Classified, 'class' | 'outcome'>,
  next: NextTry | undefined,
): Mark {
  const { timings, remoteAddress, tls, ms } = outcome;
  const attempt: AttemptRecord = {
    ...of,
    class: what.class,
    outcome: what.outcome,
    timings: timings ?? { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: ms },
    ...(remoteAddress !== undefined && { remoteAddress }),
    ...(tls !== undefined && { tls }),
    ...(outcome.kind === 'answer' && answerFacts(outcome, of.atMs)),
    ...(next !== undefined && { next }),
  };
  return { kind: 'attempt', attempt };
}

type AnswerFacts = Pick<AttemptRecord, 'status' | 'location' | 'contentType' | 'answer' | 'clockSkewMs'>;

function answerFacts(answer: Extract<Outcome, { kind: 'answer' }>, atMs: number): AnswerFacts {
  const { status, location, contentType, body, date } = answer;
  const skewMs = date === undefined ? Number.NaN : Date.parse(date) - atMs;
  return {
    status,
    ...(location !== undefined && { location }),
    ...(contentType !== undefined && { contentType }),
    // A copy: a view would carry the whole buffer behind it to the journal's thread.
    ...(body.length > 0 && { answer: Uint8Array.from(body) }),
    ...(!Number.isNaN(skewMs) && { clockSkewMs: skewMs }),
  };
}

/** When a head that failed is sent again and why not before, once its lane and endpoint stand as the failure left them. */
export function nextTry(lane: Lane, endpoint: EndpointState, asked: boolean): NextTry {
  if (endpoint.state === 'gone') return { why: 'gone' };
  if (endpoint.pausedAtMs !== undefined) return { why: 'paused' };
  const { wait } = lane;
  const untilMs = endpoint.state === 'waiting' ? endpoint.untilMs : undefined;
  if (untilMs !== undefined && untilMs >= (wait?.untilMs ?? 0)) {
    return { why: asked ? 'retryAfter' : 'endpoint', atMs: untilMs };
  }
  if (wait === undefined) return { why: 'lane' };
  return { why: wait.for === 'message' ? 'message' : 'lane', atMs: wait.untilMs };
}
