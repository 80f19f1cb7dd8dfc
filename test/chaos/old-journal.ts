import { join } from 'node:path';
import { connect, JOURNAL_FILE } from '../../agent/journal/file.ts';
import { MIGRATIONS, migrate } from '../../agent/journal/migrations.ts';

/** A turnstile that is configured no more; its events still wait. */
export const OLD_TURNSTILE = 'catraca-antiga';
export const OLD_EVENTS = 50;

/** The journal of a gateway of the first schema, with events that wait for the webhook `crm`. */
export function writeOldJournal(folder: string): void {
  const db = connect(join(folder, JOURNAL_FILE));
  migrate(db, MIGRATIONS.slice(0, 1));
  const event = db.prepare(
    `INSERT INTO events (number, id, name, unit, lane, occurred_at, recorded_at, content)
     VALUES (?, ?, 'notificarAcesso', 'centro', ?, 0, 0, '{}')`,
  );
  const known = db.prepare(`INSERT INTO ledger (id, event, at) VALUES (unhex(?, '-'), ?, 0)`);
  const delivery = db.prepare(
    `INSERT INTO deliveries (webhook, sequence, event, lane, body) VALUES ('crm', ?, ?, ?, ?)`,
  );
  db.transaction(() => {
    for (let record = 1; record <= OLD_EVENTS; record += 1) {
      const id = `00000000-0000-4000-8000-${String(record).padStart(12, '0')}`;
      const body = {
        id,
        sequencia: record,
        evento: 'notificarAcesso',
        dispositivo: { id: OLD_TURNSTILE },
        acesso: { registroDispositivo: String(record) },
      };
      event.run(record, id, OLD_TURNSTILE);
      known.run(id, record);
      delivery.run(record, record, OLD_TURNSTILE, JSON.stringify(body));
    }
    db.prepare(`INSERT INTO webhooks (id, last_sequence) VALUES ('crm', ?)`).run(OLD_EVENTS);
    db.prepare(`INSERT INTO lanes (webhook, lane, pending) VALUES ('crm', ?, ?)`).run(
      OLD_TURNSTILE,
      OLD_EVENTS,
    );
  })();
  db.close();
}
