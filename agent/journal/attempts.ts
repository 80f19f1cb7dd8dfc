import type { Database } from 'better-sqlite3';
import type { AttemptRecord, NextTry } from '../events/attempt.ts';
import { present } from './rows.ts';

/** Adds a row to the attempt log. Runs inside the caller's transaction. */
export function prepareAttempt(db: Database): (attempt: AttemptRecord) => void {
  const insert = db.prepare(
    `INSERT INTO attempts (webhook, sequence, number, at, class, status, outcome, dns, connect, tls, first_byte, total,
       address, location, content_type, answer, clock_skew, next_why, next_at, tls_protocol, tls_cipher)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const find = (what: string) =>
    db
      .prepare<[string, number], number>(`SELECT ${what} FROM attempts WHERE webhook = ? AND sequence = ?`)
      .pluck();
  // Most are the first. To find that out from the front takes a fifth of a look for the last one.
  const first = find('number');
  const last = find('max(number)');
  return ({ webhook, sequence, atMs, status, outcome, timings, next, ...rest }) => {
    const isFirst = first.get(webhook, sequence) === undefined;
    const number = isFirst ? 1 : (last.get(webhook, sequence) ?? 0) + 1;
    insert.run(
      ...[webhook, sequence, number, atMs, rest.class, status ?? null, outcome],
      ...[timings.dnsMs, timings.connectMs, timings.tlsMs, timings.firstByteMs, timings.totalMs],
      ...[rest.remoteAddress ?? null, rest.location ?? null, rest.contentType ?? null, rest.answer ?? null],
      ...[rest.clockSkewMs ?? null, next?.why ?? null, next?.atMs ?? null],
      ...[rest.tls?.protocol ?? null, rest.tls?.cipher ?? null],
    );
  };
}

interface AttemptRow {
  webhook: string;
  sequence: number;
  atMs: number;
  class: AttemptRecord['class'];
  status: number | null;
  outcome: string;
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  firstByteMs: number | null;
  totalMs: number;
  remoteAddress: string | null;
  location: string | null;
  contentType: string | null;
  answer: Uint8Array | null;
  clockSkewMs: number | null;
  nextWhy: NextTry['why'] | null;
  nextAtMs: number | null;
  tlsProtocol: string | null;
  tlsCipher: string | null;
}

/** The attempts of one delivery, oldest first. */
export function prepareAttempts(db: Database): (webhook: string, sequence: number) => AttemptRecord[] {
  const rows = db.prepare<[string, number], AttemptRow>(
    `SELECT webhook, sequence, at AS atMs, class, status, outcome, dns AS dnsMs, connect AS connectMs, tls AS tlsMs,
       first_byte AS firstByteMs, total AS totalMs, address AS remoteAddress, location, content_type AS contentType,
       answer, clock_skew AS clockSkewMs, next_why AS nextWhy, next_at AS nextAtMs,
       tls_protocol AS tlsProtocol, tls_cipher AS tlsCipher
     FROM attempts WHERE webhook = ? AND sequence = ? ORDER BY number`,
  );
  return (webhook, sequence) => rows.all(webhook, sequence).map(attemptOf);
}

function attemptOf(row: AttemptRow): AttemptRecord {
  const {
    dnsMs,
    connectMs,
    tlsMs,
    firstByteMs,
    totalMs,
    nextWhy,
    nextAtMs,
    tlsProtocol,
    tlsCipher,
    ...rest
  } = row;
  return {
    ...present(rest),
    timings: { dnsMs, connectMs, tlsMs, firstByteMs, totalMs },
    ...(tlsProtocol !== null && { tls: { protocol: tlsProtocol, cipher: tlsCipher ?? '' } }),
    ...(nextWhy !== null && { next: { why: nextWhy, ...present({ atMs: nextAtMs }) } }),
  };
}
