/**
 * Imports a bundle as a new host with the same bytes and hashes, in one transaction: either the
 * whole log is sound and all of it is stored, or nothing is. A database server writes while the
 * bundle is checked. The embedded database has one connection, which others need: it writes after
 * the whole check.
 */
import { emptyKernel } from '../../domain/boot.ts';
import type { NewCut } from '../cuts.ts';
import type { EncodedEvent, ParsedEvent } from '../encoding/codec.ts';
import { hexOf } from '../encoding/hex.ts';
import type { LedgerEvent } from '../event.ts';
import { insertHead } from '../head.ts';
import { NAME_CONSTRAINT } from '../hosts.ts';
import { LogRefusal } from '../log-refusal.ts';
import type { ProjectionRow, Projector } from '../projector.ts';
import { ChainCheck, type ChainReport } from '../proof/chain-check.ts';
import { storeCheckpoint, storeKey } from '../proof/checkpoints.ts';
import { storeSegment } from '../proof/seal.ts';
import type { PublicKey } from '../proof/signing-key.ts';
import type { TrustedKeys } from '../proof/trusted-keys.ts';
import type { StoredBatch } from '../reading/batch-reader.ts';
import type { Birth } from '../reading/birth.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import { fold } from '../reading/host-state.ts';
import type { Database, Queryable } from '../storage/database.ts';
import { findViolatedUnique } from '../storage/database-error.ts';
import { insertRows } from '../storage/insert-rows.ts';
import { sqlArray } from '../storage/sql-array.ts';
import { withStaged } from '../storage/with-staged.ts';
import { Pace } from '../turns.ts';
import { BundleRefused } from './bundle-refused.ts';
import { CutImport, type KeptRows } from './import-cut.ts';
import { type BundlePart, readBundle } from './read-bundle.ts';
import { reserveHost } from './reserve-host.ts';
import { requireSound } from './sound-event.ts';

/** Events that are inserted by one statement, and their text in characters, about. */
const PIECE_EVENTS = 1000;
const PIECE_TEXT = 4 * 1024 * 1024;

export interface BundleImport {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly projector: Projector;
  /** Whether a row of a cut can be one of a table's; and whether all that hold are those of the state. */
  readonly kept: KeptRows;
  /** Gives the new host's name, from the name in the bundle; may throw. */
  readonly hostName: (exported: string) => string;
  /** Who imports it, and when (microseconds since the epoch). */
  readonly actor: string;
  readonly now: number;
  /** The keys whose checkpoints count in the report; default: none. */
  readonly trusted?: TrustedKeys;
}

export interface Imported {
  readonly host: string;
  readonly host_id: number;
  readonly report: ChainReport;
}

/**
 * Imports a bundle.
 *
 * @throws BundleRefused when the chain does not hold
 * @throws LogRefusal `host-exists`, `state-too-large`
 * @throws LineTooLong
 */
export async function importBundle(
  database: Database,
  { chunks, projector, kept, hostName, actor, now, trusted }: BundleImport,
): Promise<Imported> {
  const check = new ChainCheck(trusted === undefined ? {} : { trusted });
  let host = '';

  /** Checks the bundle, and writes its log as it goes by. */
  async function restore(writes: Queryable, reserve: (name: string) => Promise<number>) {
    let restored: Restored | undefined;
    const pace = new Pace();
    for await (const parts of readBundle(chunks, check)) {
      for (const part of parts) {
        if (check.faultCount > 0) throw new BundleRefused(check.report());
        if (part.part === 'host') {
          host = hostName(part.host);
          const host_id = await reserve(host);
          restored = new Restored(writes, { host_id, projector, kept, check, now });
        }
        const written = restored?.take(part);
        if (written !== undefined) await written;
        if (pace.isDue) await pace.turn();
      }
    }
    const report = check.report();
    if (!report.holds || restored === undefined) throw new BundleRefused(report);
    await restored.writeLast();
    return async (tx: Queryable): Promise<Imported> => {
      await restored.finish(tx, { host, actor, now });
      return { host, host_id: restored.host_id, report };
    };
  }

  try {
    if (database.kind === 'postgresql') {
      return await database.transaction(async (tx) => {
        const finish = await restore(tx, (name) => reserveHost(tx, name));
        return finish(tx);
      }, 'job');
    }
    return await withStaged(async (staged) => {
      const finish = await restore(staged, (name) =>
        database.transaction((tx) => reserveHost(tx, name)),
      );
      return database.transaction(async (tx) => {
        await staged.execute(tx);
        return finish(tx);
      }, 'job');
    });
  } catch (error) {
    if (findViolatedUnique(error) !== NAME_CONSTRAINT) throw error;
    throw new LogRefusal({ why: 'host-exists', host });
  }
}

/** Writes a log, a piece at a time. */
class Restored {
  readonly host_id: number;
  readonly #tx: Queryable;
  readonly #projector: Projector;
  readonly #check: ChainCheck;
  readonly #now: number;
  #kernel = emptyKernel();
  readonly #cut: CutImport;
  #exportedAs = '';
  #born: Birth | null = null;
  /** Of its checkpoints. */
  readonly #keyIds = new Set<string>();
  #rows: EncodedEvent[] = [];
  #text = 0;
  /** By position. */
  #batches = new Map<number, StoredBatch>();
  #lastBatch: StoredBatch | undefined;
  /** Stored at the end, for the same reason as the host: others store them too. */
  readonly #keys = new Map<string, PublicKey>();
  #versions: ProjectionRow[][];
  /** What the database works on while the next piece is read. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(
    tx: Queryable,
    {
      host_id,
      projector,
      kept,
      check,
      now,
    }: {
      readonly host_id: number;
      readonly projector: Projector;
      readonly kept: KeptRows;
      readonly check: ChainCheck;
      readonly now: number;
    },
  ) {
    this.#tx = tx;
    this.host_id = host_id;
    this.#projector = projector;
    this.#cut = new CutImport(kept);
    this.#check = check;
    this.#now = now;
    this.#versions = projector.tables.map(() => []);
  }

  /** Takes a part; what is to be awaited before the next one, if anything is. */
  take(part: BundlePart): Promise<void> | undefined {
    const tx = this.#tx;
    switch (part.part) {
      case 'host':
        this.#exportedAs = part.host;
        this.#born = part.identity?.born ?? null;
        return undefined;
      case 'key':
        this.#keys.set(part.key.key_id, part.key);
        return undefined;
      case 'checkpoint':
        this.#keyIds.add(part.checkpoint.key_id);
        return storeCheckpoint(tx, this.host_id, part.checkpoint);
      case 'segment':
        return storeSegment(tx, this.host_id, part.segment);
      case 'row':
        // The line of a batch follows its last row, and is written with it.
        if (this.#rows.length >= PIECE_EVENTS || this.#text >= PIECE_TEXT) {
          return this.#flush().then(() => this.#row(part.row, part.event));
        }
        this.#row(part.row, part.event);
        return undefined;
      case 'cut':
        this.#begin(part.cut);
        return undefined;
      case 'version':
        if (this.#cut.rows % PIECE_EVENTS === 0) {
          return this.#flush().then(() => this.#version(part.table, part.row));
        }
        this.#version(part.table, part.row);
        return undefined;
      case 'kept':
        if (this.#rows.length >= PIECE_EVENTS || this.#text >= PIECE_TEXT) {
          return this.#flush().then(() => this.#keep(part.row));
        }
        this.#keep(part.row);
        return undefined;
      case 'batch':
        this.#batches.set(part.batch.position_to, part.batch);
        this.#lastBatch = part.batch;
        return undefined;
      default:
        return part satisfies never;
    }
  }

  /** Writes the last piece. */
  async writeLast(): Promise<void> {
    await this.#flush();
    await this.#writing;
  }

  /** Writes the host, and where its log ends. */
  async finish(
    tx: Queryable,
    { host, actor, now }: { readonly host: string; readonly actor: string; readonly now: number },
  ): Promise<void> {
    const last = this.#lastBatch;
    if (last === undefined) throw new BundleRefused(this.#check.report());
    for (const key of this.#keys.values()) await storeKey(tx, key);
    await tx.query(
      `insert into hosts (host_id, name, log_id) overriding system value
       values ($1, $2, gen_random_uuid())`,
      [this.host_id, host],
    );
    await tx.query(
      `insert into imports (host_id, position_to, imported_at, actor, exported_as, born_as,
         born_log_id, key_ids)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        this.host_id,
        last.position_to,
        now,
        actor,
        this.#exportedAs,
        this.#born?.host ?? null,
        this.#born?.log_id ?? null,
        [...this.#keyIds].join(' '),
      ],
    );
    await this.#cut.finish(tx, this.host_id, this.#check.report()).catch((error: unknown) => {
      if (error instanceof DamagedLog) this.#refuse(error);
      throw error;
    });
    await insertHead(tx, this.host_id, { ...last, position: last.position_to });
  }

  #begin(cut: NewCut): void {
    const { kernel, end } = this.#orRefuse(() => this.#cut.begin(cut));
    this.#kernel = kernel;
    this.#batches.set(end.position_to, end);
    this.#lastBatch = end;
  }

  #version(table: string, text: string): void {
    const row = this.#orRefuse(() => this.#cut.rowOf(table, text));
    this.#versions[this.#projector.tables.findIndex(({ name }) => name === table)]?.push(row);
  }

  #keep(row: ParsedEvent): void {
    this.#orRefuse(() => this.#cut.keep(row, this.#now));
    this.#push(row);
  }

  /** What work gives; what it finds damaged refuses the bundle. */
  #orRefuse<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof DamagedLog) this.#refuse(error);
      throw error;
    }
  }

  #row(row: ParsedEvent, event: LedgerEvent): void {
    this.#orRefuse(() => {
      requireSound(row, event, this.#now);
      fold(this.#kernel, [event]);
    });
    // Projection rows use the boot of the event, and reads use the boot of the state.
    const { number } = this.#kernel.boot;
    if (event.boot !== number) {
      this.#refuse(new DamagedLog(event.position, `is of boot ${event.boot}, in boot ${number}`));
    }
    for (const [i, added] of this.#projector.project(this.#kernel, event).entries()) {
      for (const version of added) this.#versions[i]?.push(version);
    }
    this.#push(row);
  }

  #push({ position, recorded_at, body }: ParsedEvent): void {
    this.#rows.push({ position, recorded_at, body });
    this.#text += body.length;
  }

  #refuse({ position, message }: DamagedLog): never {
    this.#check.fault({ position_from: position, position_to: position, message });
    throw new BundleRefused(this.#check.report());
  }

  /** Sends the collected rows, once the piece before them is written. */
  async #flush(): Promise<void> {
    await this.#writing;
    this.#writing = Promise.all(this.#writeRows());
    // The next wait for it gets the error; there may be none before an error ends the import.
    this.#writing.catch(() => undefined);
    this.#rows = [];
    this.#text = 0;
    this.#batches = new Map();
    this.#versions = this.#projector.tables.map(() => []);
  }

  /** The statements of a piece, all under way. */
  #writeRows(): Promise<unknown>[] {
    const { host_id } = this;
    const rows = this.#rows;
    const ends = rows.map((row) => this.#batches.get(row.position));
    const events = this.#tx.query(
      `insert into events (host_id, position, recorded_at, body, at_max, writer, hash)
       select $1::int8, r.a, r.b, r.c, r.d, r.e, decode(r.f, 'hex')
       from unnest($2::int8[], $3::int8[], string_to_array($4::text, chr(10)), $5::int8[], $6::int8[],
         $7::text[]) as r(a, b, c, d, e, f)`,
      [
        host_id,
        sqlArray(rows.map((row) => row.position)),
        sqlArray(rows.map((row) => row.recorded_at)),
        rows.map((row) => row.body).join('\n'),
        sqlArray(ends.map((end) => end?.at_max ?? null)),
        sqlArray(ends.map((end) => end?.writer ?? null)),
        sqlArray(ends.map((end) => (end ? hexOf(end.hash) : null))),
      ],
    );
    const projections = this.#projector.tables.map((table, i) =>
      insertRows(this.#tx, table, { host_id, rows: this.#versions[i] ?? [] }),
    );
    return [events, ...projections];
  }
}
