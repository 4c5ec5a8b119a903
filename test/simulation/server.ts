// A PostgreSQL server, as the log uses one: rows of hosts, row locks, transactions, unique constraints,
// crashes, and the promotion of a standby that was behind. It is told what statements mean by
// `statements.ts`; here is what makes them safe.

import { DatabaseAbsent } from '../../src/events/storage/database-error.ts';
import type { KeyRow } from '../../src/events/writing/append.ts';
import type { Timeline } from './timeline.ts';

const LOCK_MS = 5000;

export interface EventRow {
  readonly position: number;
  readonly recorded_at: number;
  readonly body: string;
  /** These are of the last event of an append. */
  readonly at_max: number | null;
  readonly writer: number | null;
  readonly hash: string | null;
}

export interface HeadRow {
  readonly position: number;
  readonly epoch: number;
  readonly hash: string;
  readonly recorded_at: number;
  readonly at_max: number;
}

export interface StoredKey extends KeyRow {
  /** Microseconds since the epoch. */
  readonly created_at: number;
}

/** Projection rows of one append: the table's columns as the lists that were sent. */
export interface ProjectedRows {
  readonly to: number;
  readonly table: string;
  readonly columns: readonly string[];
}

/** All rows of a host. A write makes a new one, so a transaction's are its own until it commits. */
export interface HostRows {
  readonly host_id: number;
  readonly name: string;
  readonly log_id: string;
  readonly head: HeadRow | undefined;
  readonly events: readonly EventRow[];
  readonly keys: readonly StoredKey[];
  readonly projected: readonly ProjectedRows[];
  /** Where the log is cut; undefined for a whole one. */
  readonly cut: CutRow | undefined;
  /** Events before this position were removed: no statement finds them. */
  readonly gone: number;
}

/** What a cut has of a log: its position, and the state there. */
export interface CutRow {
  readonly position: number;
  readonly version: number;
  readonly state: Uint8Array;
}

/** The events that statements find. */
export function keptEvents({ events, gone }: HostRows): readonly EventRow[] {
  return events.slice(Math.max(0, gone - 1));
}

/** The oldest position that is kept. */
export function oldestOf({ cut }: HostRows): number {
  return cut?.position ?? 1;
}

/** What the driver throws for an error of the server. */
export function serverError(code: string, message: string, constraint_name?: string): Error {
  return Object.assign(new Error(message), { severity: 'ERROR', code, constraint_name });
}

/** A connection's transaction; statements outside of one have one each. */
export class Session {
  readonly changed = new Map<number, HostRows>();
  readonly locks = new Set<number>();
  isOver = false;
}

interface Lock {
  owner: Session;
  readonly waiting: { readonly by: Session; readonly take: () => void }[];
}

export class Server {
  readonly #timeline: Timeline;
  #hosts = new Map<number, HostRows>();
  /** All that was committed, oldest first: what a standby may have come to. */
  #commits: { readonly host_id: number; readonly before: HostRows | undefined }[] = [];
  readonly #locks = new Map<number, Lock>();
  readonly #sessions = new Set<Session>();
  readonly #listeners = new Set<(payload: string) => void>();
  #ids = 0;
  isDown = false;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  session(): Session {
    const session = new Session();
    this.#sessions.add(session);
    return session;
  }

  nextId(): number {
    return ++this.#ids;
  }

  listen(wake: (payload: string) => void): () => void {
    this.#listeners.add(wake);
    return () => this.#listeners.delete(wake);
  }

  notify(payload: string): void {
    for (const wake of this.#listeners) wake(payload);
  }

  /** The rows of a host as a session sees them. */
  rows(session: Session, hostId: number): HostRows | undefined {
    return session.changed.get(hostId) ?? this.#hosts.get(hostId);
  }

  findByName(session: Session, name: string): HostRows | undefined {
    for (const rows of session.changed.values()) if (rows.name === name) return rows;
    for (const rows of this.#hosts.values()) if (rows.name === name) return rows;
    return undefined;
  }

  /** What was committed. */
  get committed(): readonly HostRows[] {
    return [...this.#hosts.values()];
  }

  /** Takes the lock of a host's head, after who has it. */
  async lock(session: Session, hostId: number): Promise<void> {
    const lock = this.#locks.get(hostId);
    if (session.locks.has(hostId)) return;
    if (lock === undefined) {
      this.#locks.set(hostId, { owner: session, waiting: [] });
      session.locks.add(hostId);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const late = this.#timeline.after(LOCK_MS, () => {
        const at = lock.waiting.findIndex((one) => one.by === session);
        if (at !== -1) lock.waiting.splice(at, 1);
        reject(serverError('55P03', 'canceling statement due to lock timeout'));
      });
      const take = () => {
        late();
        if (session.isOver) reject(new DatabaseAbsent('the session is over'));
        else resolve();
      };
      lock.waiting.push({ by: session, take });
    });
  }

  commit(session: Session): void {
    if (session.isOver) throw new DatabaseAbsent('the session is over');
    for (const rows of session.changed.values()) {
      const before = this.#hosts.get(rows.host_id);
      this.#commits.push({ host_id: rows.host_id, before });
      this.#hosts.set(rows.host_id, rows);
    }
    this.#end(session);
  }

  /** Undoes what a session did: a rollback, or its connection broke. */
  rollback(session: Session): void {
    this.#end(session);
  }

  #end(session: Session): void {
    if (session.isOver) return;
    session.isOver = true;
    this.#sessions.delete(session);
    for (const hostId of session.locks) {
      const lock = this.#locks.get(hostId);
      const next = lock?.waiting.shift();
      if (lock === undefined || next === undefined) this.#locks.delete(hostId);
      else {
        lock.owner = next.by;
        next.by.locks.add(hostId);
        next.take();
      }
    }
  }

  /** Changes the rows of a host in a transaction, as its owner does. */
  async changeRows(hostId: number, change: (rows: HostRows) => HostRows): Promise<void> {
    const session = this.session();
    try {
      await this.lock(session, hostId);
      const rows = this.rows(session, hostId);
      if (rows !== undefined) session.changed.set(hostId, change(rows));
      this.commit(session);
    } finally {
      this.#end(session);
    }
  }

  /** All sessions end; what was committed stays. After 0 ms it is there before anybody noticed. */
  crash(downMs: number): void {
    for (const session of this.#sessions) this.#end(session);
    if (downMs === 0) return;
    this.isDown = true;
    this.#timeline.after(downMs, () => {
      this.isDown = false;
    });
  }

  /**
   * A standby takes over that lacks the last commits. The one that made a host is never lacked.
   *
   * @returns the position that the log of each host goes back to
   */
  failOver(downMs: number, lacking: number): Map<number, number> {
    this.crash(downMs);
    const cut = new Map<number, number>();
    for (let left = lacking; left > 0; left--) {
      const last = this.#commits.at(-1);
      if (last?.before === undefined) break;
      this.#commits.pop();
      this.#hosts.set(last.host_id, last.before);
      cut.set(last.host_id, last.before.head?.position ?? 0);
    }
    return cut;
  }
}
