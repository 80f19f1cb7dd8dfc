import type { DeliveryJournal } from '../../../agent/delivery/marks.ts';
import { ALL_LANES, type Delivery, REPLAY_LANE } from '../../../agent/events/delivery.ts';
import type { EndpointState, LaneState, QueueStates } from '../../../agent/events/webhook-state.ts';
import type { Mark } from '../../../agent/journal/records.ts';

interface Row {
  readonly delivery: Delivery;
  state: 'pending' | 'delivered' | 'parked' | 'discarded';
}

/** The journal's side of delivery, in memory: what a restart finds is what was marked. */
export class MemoryJournal implements DeliveryJournal {
  readonly rows = new Map<string, Row[]>();
  readonly marks: Mark[] = [];
  readonly #endpoints = new Map<string, EndpointState>();
  readonly #lanes = new Map<string, LaneState>();
  readonly #backlogs = new Map<string, number>();
  /** By webhook, in the order of the sequences. */
  readonly #numbered = new Map<string, Row[]>();
  /** Reads and marks wait for it; a test that reorders them replaces it. */
  pace: () => Promise<void> = () => Promise.resolve();
  /** The largest page that was asked for. */
  largestPage = 0;

  /** Commits one event a lane named, in that order. */
  accept(lanes: readonly string[], webhook = 'crm'): Delivery[] {
    return lanes.map((lane) => {
      const numbered = this.#numbered.get(webhook) ?? [];
      this.#numbered.set(webhook, numbered);
      const sequence = numbered.length + 1;
      const id = `evt-${webhook}-${sequence}`;
      const body = JSON.stringify({ id, sequencia: sequence });
      const delivery = {
        webhook,
        lane,
        sequence,
        id,
        name: 'notificarAcesso',
        unit: 'centro',
        body,
        tries: 0,
      } as const;
      const row: Row = { delivery, state: 'pending' };
      numbered.push(row);
      this.#rows(webhook, lane).push(row);
      return delivery;
    });
  }

  async pending(
    webhook: string,
    lane: string | undefined,
    afterSequence: number,
    limit: number,
  ): Promise<Delivery[]> {
    this.largestPage = Math.max(this.largestPage, limit);
    await this.pace();
    const rows =
      lane === undefined ? (this.#numbered.get(webhook) ?? []) : (this.rows.get(`${webhook}/${lane}`) ?? []);
    const page: Delivery[] = [];
    for (let at = placeAfter(rows, afterSequence); at < rows.length && page.length < limit; at += 1) {
      const row = rows[at]!;
      const isOther = lane === undefined && row.delivery.lane === REPLAY_LANE;
      if (row.state === 'pending' && !isOther) page.push({ ...row.delivery });
    }
    await this.pace();
    return page;
  }

  async mark(...marks: Mark[]): Promise<void> {
    await this.pace();
    for (const mark of marks) this.#apply(mark);
    this.marks.push(...marks);
  }

  async queues(): Promise<QueueStates> {
    await this.pace();
    return this.state;
  }

  get state(): QueueStates {
    const lanes = [...this.rows].flatMap(([key, rows]) => {
      const pending = rows.filter(({ state }) => state === 'pending').length;
      const [webhook = '', lane = ''] = key.split('/');
      const stored = this.#lanes.get(key) ?? { webhook, lane, step: 0 };
      return pending === 0 ? [] : [{ ...stored, pending }];
    });
    const shared = [...this.#lanes.values()].filter(({ lane }) => lane === ALL_LANES);
    return {
      endpoints: [...this.#endpoints.values()],
      lanes: [...lanes, ...shared.map((state) => ({ ...state, pending: 0 }))],
      queues: [...this.#numbered].map(([webhook, { length }]) => ({
        webhook,
        lastSequence: length,
        backlogThrough: this.#backlogs.get(webhook) ?? 0,
      })),
    };
  }

  /** An operator's discard. */
  discard(sequences: readonly number[], webhook = 'crm'): void {
    for (const sequence of sequences) this.#row(webhook, sequence).state = 'discarded';
  }

  /** An operator's resend. */
  replay(sequences: readonly number[], webhook = 'crm'): void {
    const lane = this.#rows(webhook, REPLAY_LANE);
    for (const sequence of sequences) {
      const row = this.#row(webhook, sequence);
      const before = this.#rows(webhook, row.delivery.lane);
      before.splice(before.indexOf(row), 1);
      Object.assign(row.delivery, { lane: REPLAY_LANE, tries: 0 });
      row.state = 'pending';
      lane.push(row);
    }
    lane.sort((a, b) => a.delivery.sequence - b.delivery.sequence);
  }

  /** Sequences in a state, in order. */
  sequences(state: Row['state'], lane: string, webhook = 'crm'): number[] {
    return this.#rows(webhook, lane)
      .filter((row) => row.state === state)
      .map(({ delivery }) => delivery.sequence);
  }

  #rows(webhook: string, lane: string): Row[] {
    const key = `${webhook}/${lane}`;
    let rows = this.rows.get(key);
    if (rows === undefined) {
      rows = [];
      this.rows.set(key, rows);
    }
    return rows;
  }

  #apply(mark: Mark): void {
    switch (mark.kind) {
      case 'endpoint':
        this.#endpoints.set(mark.state.webhook, mark.state);
        break;
      case 'lane':
        this.#lanes.set(`${mark.state.webhook}/${mark.state.lane}`, mark.state);
        break;
      case 'delivered':
      case 'parked':
        this.#end(this.#row(mark.webhook, mark.sequence), mark.kind);
        break;
      case 'tried': {
        const row = this.#row(mark.webhook, mark.sequence);
        Object.assign(row.delivery, { tries: mark.tries });
        break;
      }
      case 'batch':
        for (const sequence of mark.sequences) {
          Object.assign(this.#row(mark.webhook, sequence).delivery, { batch: mark.batch });
        }
        break;
      case 'backlog':
        this.#backlogs.set(mark.webhook, mark.throughSequence);
        break;
      case 'turnstile':
      case 'attempt':
        break;
    }
  }

  /** As the journal: what ended stays so, but the receiver may have what was discarded. */
  #end(row: Row, state: 'delivered' | 'parked'): void {
    if (row.state === 'pending' || (row.state === 'discarded' && state === 'delivered')) row.state = state;
  }

  #row(webhook: string, sequence: number): Row {
    const row = this.#numbered.get(webhook)?.[sequence - 1];
    if (row === undefined) throw new Error(`no delivery ${sequence} of ${webhook}`);
    return row;
  }
}

/** Index of the first row behind a sequence. */
function placeAfter(rows: readonly Row[], afterSequence: number): number {
  let from = 0;
  let to = rows.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (rows[middle]!.delivery.sequence > afterSequence) to = middle;
    else from = middle + 1;
  }
  return from;
}
