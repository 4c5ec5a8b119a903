/**
 * The cut that an imported log begins with. No chain covers the state, the rows and the events from
 * before it: so each is checked by itself, the rows against the state, and somebody trusted has to have
 * signed the log there. Each method throws `DamagedLog` for what does not hold.
 */
import { countText } from '../../domain/count-text.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { type NewCut, storeCut } from '../cuts.ts';
import { decodeEvent, type ParsedEvent } from '../encoding/codec.ts';
import type { LedgerEvent } from '../event.ts';
import type { ProjectionRow } from '../projector.ts';
import type { ChainReport } from '../proof/chain-check.ts';
import type { StoredBatch } from '../reading/batch-reader.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import type { Reached } from '../reading/host-state.ts';
import type { Queryable } from '../storage/database.ts';
import { stateOf } from './cut-reading.ts';
import { requireSound } from './sound-event.ts';

/** What the projections say of rows that come with a cut. */
export interface KeptRows {
  /** What is wrong with a row of a table, by its values; undefined when nothing is. */
  readonly fault: (table: string, row: readonly unknown[], cut: number) => string | undefined;
  /** How many of the rows that hold at a cut only one of state and tables has. */
  readonly differing: (tx: Queryable, hostId: number, at: Reached) => Promise<number>;
}

export class CutImport {
  readonly #kept: KeptRows;
  #cut: NewCut | undefined;
  /** The last event from before the cut. */
  #keptTo = 0;
  /** Rows so far. */
  rows = 0;

  constructor(kept: KeptRows) {
    this.#kept = kept;
  }

  /** The state that the log begins with, and the append that ended there. */
  begin(cut: NewCut): { readonly kernel: Kernel; readonly end: StoredBatch } {
    this.#cut = cut;
    const { position: position_to, hash, recorded_at, at_max } = cut;
    // The event at the cut is the end of an append, of which nothing else is known.
    const end = { position_to, recorded_at, at_max, writer: 0, hash };
    return { kernel: stateOf(cut), end };
  }

  /** The row that a line has as text. */
  rowOf(table: string, text: string): ProjectionRow {
    this.rows++;
    const { position = 0 } = this.#cut ?? {};
    const row = listIn(text);
    const fault =
      row === undefined ? 'it is not a list of values' : this.#kept.fault(table, row, position);
    if (fault === undefined) return row as ProjectionRow;
    throw new DamagedLog(position, `a row of ${table.slice(0, 40)}: ${fault}`);
  }

  /** Takes an event from before the cut, or the one there. They come in order. */
  keep(row: ParsedEvent, now: number): void {
    const { position } = row;
    let event: LedgerEvent;
    try {
      event = decodeEvent(row);
    } catch (cause) {
      throw new DamagedLog(position, 'its text cannot be read as an event', { cause });
    }
    requireSound(row, event, now);
    if (position <= this.#keptTo) throw new DamagedLog(position, 'it comes twice, or late');
    this.#keptTo = position;
  }

  /** Stores the cut of a host that is made in the same transaction, once its rows are there. */
  async finish(tx: Queryable, hostId: number, { proven_to }: ChainReport): Promise<void> {
    const cut = this.#cut;
    if (cut === undefined) return;
    const { position } = cut;
    if (proven_to < position) {
      const why = 'no checkpoint of a trusted key states the hash at the cut';
      throw new DamagedLog(position, `${why} (BPFLEDGER_TRUSTED_KEYS_FILE)`);
    }
    if (this.#keptTo !== position) throw new DamagedLog(position, 'the event there is missing');
    const differing = await this.#kept.differing(tx, hostId, { kernel: stateOf(cut), position });
    if (differing > 0) {
      throw new DamagedLog(
        position,
        `${countText(differing, 'row is', 'rows are')} not as the state there has them`,
      );
    }
    await storeCut(tx, hostId, cut);
  }
}

function listIn(text: string): readonly unknown[] | undefined {
  try {
    const row: unknown = JSON.parse(text);
    return Array.isArray(row) ? row : undefined;
  } catch {
    return undefined;
  }
}
