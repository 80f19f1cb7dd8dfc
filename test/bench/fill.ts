import { createHash } from 'node:crypto';
import type { NewEvent } from '../../agent/events/event.ts';
import { Journal } from '../../agent/journal/journal.ts';
import { systemClock } from '../../drivers/base/clock.ts';
import { CONTROLLERS } from './systems/system.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const TOGETHER = 256;

/** An open journal of a folder, as the gateway opens it. */
export function openJournal(folder: string): Promise<Journal> {
  return Journal.open(folder, { log: SILENT, clock: systemClock });
}

/** Commits events `first` to `last`, a group at a time; with `deliver` each is delivered at once. */
export async function fill(journal: Journal, first: number, last: number, deliver: boolean): Promise<void> {
  for (let from = first; from <= last; from += TOGETHER) {
    const numbers = Array.from({ length: Math.min(TOGETHER, last - from + 1) }, (_, index) => from + index);
    const accepted = await Promise.all(
      numbers.map((number) => journal.accept({ events: [eventOf(number)] })),
    );
    if (!deliver) continue;
    const marks = accepted.flatMap(({ deliveries }) =>
      deliveries.map(({ webhook, sequence }) => ({
        kind: 'delivered' as const,
        webhook,
        sequence,
        atMs: systemClock.now(),
        status: 200,
      })),
    );
    await journal.mark(...marks);
  }
}

function eventOf(number: number): NewEvent {
  const controller = number % CONTROLLERS;
  const record = `c${controller}n${String(number).padStart(8, '0')}`;
  const atMs = Date.UTC(2026, 0, 1) + number * 1000;
  return {
    id: idOf(number),
    name: 'notificarAcesso',
    unit: 'centro',
    lane: `catraca-${controller}`,
    occurredAtMs: atMs,
    recordedAtMs: atMs,
    access: {
      result: 'liberado',
      passage: 'confirmada',
      direction: 'entrada',
      person: String(number % 3000),
    },
    content: JSON.stringify({
      evento: 'notificarAcesso',
      versao: '1',
      empresa: 1,
      unidade: { apelido: 'centro', fuso: 'America/Sao_Paulo' },
      ocorridoEm: new Date(atMs).toISOString(),
      registradoEm: new Date(atMs).toISOString(),
      origem: { tipo: 'catraca', agente: 'bench', agenteVersao: '0' },
      dispositivo: { id: `catraca-${controller}`, driver: 'lines' },
      acesso: {
        resultado: 'liberado',
        passagem: 'confirmada',
        sentido: 'entrada',
        registroDispositivo: record,
      },
      pessoa: null,
      credencial: null,
    }),
    webhooks: ['crm'],
  };
}

/** As random as real ones, which are hashes: each finds a place of its own in the index. */
function idOf(number: number): string {
  const hash = createHash('sha1').update(String(number)).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
