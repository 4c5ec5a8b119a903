/**
 * The tip of a host's log as this process knows it: head and kernel in memory. It may lag behind
 * what other processes wrote; then an append misses, and the tip catches up. When the log went back
 * instead, nothing of the tip is true any more, and it is read anew.
 */
import assert from 'node:assert/strict';
import { flushLayer, type Kernel } from '../../domain/kernel.ts';
import { sameBytes } from '../encoding/hex.ts';
import type { LedgerEvent } from '../event.ts';
import { type Head, readHead, type StoredHead } from '../head.ts';
import { isRemoved } from '../log-refusal.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import { headAt } from '../reading/head-at.ts';
import {
  changeFromError,
  continues,
  type HistoryChange,
  isSamePoint,
  type KnownHead,
} from '../reading/history.ts';
import { fold, type HostState, loadState } from '../reading/host-state.ts';
import { readThrough } from '../reading/log-reader.ts';
import { readMarked } from '../reading/marked-events.ts';
import type { Queryable } from '../storage/database.ts';
import type { Draft } from './draft.ts';

/** What a tip is called, and who is told of what it learns. */
export interface TipListeners {
  /** What the host must be called; left out where it was not asked for by name. */
  readonly host?: string | undefined;
  /** Events of one append of this process, in order, and the points before and after them. */
  readonly onCommitted: (events: readonly LedgerEvent[], before: KnownHead, end: KnownHead) => void;
  /** Events that others appended, in order, and the point before them, where it is known. */
  readonly onLearnt: (events: readonly LedgerEvent[], before?: KnownHead) => void;
  readonly onHistoryChanged: (change: HistoryChange) => void;
}

export class Tip {
  readonly hostId: number;
  /** The state after event `#head.position`, unless `#damaged`. */
  #kernel: Kernel;
  /** Where the latest snapshot stands that is known here; never after `#head.position`. */
  #snapshotPosition: number;
  readonly #listeners: TipListeners;
  /** Its position goes back only when the log is read anew. */
  #head: Head;
  /**
   * The last head that was reached as a whole. It is `#head`, but while others' events are folded
   * in: then the position of `#head` is ahead of its hash, and that of `#whole` behind it.
   */
  #whole: Head;
  /** Set while a fold has stopped half way or the log is another one; nothing is drafted then. */
  #damaged = false;

  private constructor(
    hostId: number,
    state: { readonly kernel: Kernel; readonly snapshotPosition: number },
    head: Head,
    listeners: TipListeners,
  ) {
    this.hostId = hostId;
    this.#kernel = state.kernel;
    this.#snapshotPosition = state.snapshotPosition;
    this.#head = head;
    this.#whole = head;
    this.#listeners = listeners;
  }

  /** @throws DamagedLog when the events do not reach the head, or cannot have happened */
  static async load(database: Queryable, hostId: number, listeners: TipListeners): Promise<Tip> {
    const read = () => readHead(database, hostId, listeners.host);
    const { head, state } = await readState(database, hostId, { head: await read(), again: read });
    return new Tip(hostId, state, head, listeners);
  }

  get kernel(): Kernel {
    return this.#kernel;
  }

  get head(): Head {
    return this.#head;
  }

  /** A fold stopped half way: the kernel is not a state of this host and must not be used. */
  get damaged(): boolean {
    return this.#damaged;
  }

  get snapshotPosition(): number {
    return this.#snapshotPosition;
  }

  /** Takes over a draft that was committed. It was made on this tip, which has not moved since. */
  advance(draft: Draft): void {
    const before = this.#head;
    assert(!this.#damaged, 'a damaged tip takes no draft');
    assert.equal(
      draft.head.position,
      before.position + draft.events.length,
      'the tip moved below a draft',
    );
    flushLayer(this.#kernel, draft.layer);
    this.#reach(draft.head);
    this.#listeners.onCommitted(draft.events, before, draft.head);
  }

  /** Counts on a snapshot of the state at a position, which is being stored. */
  expectSnapshot(position: number): void {
    assert(position <= this.#head.position, 'a snapshot stands after the head');
    this.#snapshotPosition = position;
  }

  /**
   * Counts no more on a snapshot that could not be stored.
   *
   * @param before where the latest one stands without it
   */
  missSnapshot(position: number, before: number): void {
    // Of a log that was read anew meanwhile, another one is the latest.
    if (this.#snapshotPosition === position) this.#snapshotPosition = before;
  }

  /**
   * Folds in what others committed. A log that does not go on from here is read anew.
   *
   * @param to the committed head; read when it is not given
   * @returns whether head or epoch had moved
   */
  async catchUp(database: Queryable, to?: StoredHead): Promise<boolean> {
    const head = to ?? (await this.#readHead(database));
    try {
      return await this.#moveTo(database, head);
    } catch (error) {
      if (!(error instanceof DamagedLog)) throw error;
      const now = await this.#readHead(database);
      if (isSamePoint(now, head)) throw error;
      // It went back while it was read: the head of before tells of events that are gone.
      this.#lose({ head: now.position });
      await this.#readAnew(database, now);
      return true;
    }
  }

  async #moveTo(database: Queryable, head: StoredHead): Promise<boolean> {
    const known = this.#whole;
    const goesOn = await continues(database, this.hostId, known, head);
    if (!goesOn) {
      // A log that was cut behind its back is the same log.
      if (goesOn === false) this.#lose({ head: head.position });
      await this.#readAnew(database, head);
      return true;
    }
    const range = { from: this.#head.position + 1, to: head.position };
    try {
      for await (const events of readThrough(database, this.hostId, range, readMarked)) {
        this.#fold(events);
      }
    } catch (error) {
      if (!isRemoved(error)) throw error;
      // It was cut just now, and is the same log.
      await this.#readAnew(database, await this.#readHead(database));
      return true;
    }
    if (this.#head.position !== head.position) {
      this.#damaged = true;
      throw new DamagedLog(this.#head.position + 1, 'missing from the log');
    }
    this.#reach(head);
    return head.position !== known.position || head.epoch !== known.epoch;
  }

  /** A host that went with its log leaves nothing to write to. */
  async #readHead(database: Queryable): Promise<StoredHead> {
    try {
      return await readHead(database, this.hostId, this.#listeners.host);
    } catch (error) {
      const gone = changeFromError(error);
      if (gone !== undefined) this.#lose(gone);
      throw error;
    }
  }

  async #readAnew(database: Queryable, found: Head): Promise<void> {
    // Until it is read, it must not be used: what fails on the way leaves it so.
    this.#damaged = true;
    const again = async () => {
      const now = await this.#readHead(database);
      if (now.position < found.position) this.#lose({ head: now.position });
      return now;
    };
    const { head, state } = await readState(database, this.hostId, { head: found, again });
    this.#kernel = state.kernel;
    this.#snapshotPosition = state.snapshotPosition;
    this.#reach(head);
    this.#damaged = false;
  }

  #reach(head: Head): void {
    this.#head = head;
    this.#whole = head;
  }

  #lose(now: Pick<HistoryChange, 'head' | 'deletion'>): void {
    this.#damaged = true;
    const { position: known } = this.#head;
    this.#listeners.onHistoryChanged({ host_id: this.hostId, known, ...now });
  }

  #fold(events: readonly LedgerEvent[]): void {
    try {
      fold(this.#kernel, events);
    } catch (error) {
      this.#damaged = true;
      throw error;
    }
    // The rest of the head follows at the end; no append can succeed from a position before it.
    const before = this.#head === this.#whole ? this.#whole : undefined;
    const position = events.at(-1)?.position ?? this.#head.position;
    this.#head = { ...this.#head, position };
    this.#listeners.onLearnt(events, before);
  }
}

/** How often a log is read that goes back each time while it is read. */
const READS_MAX = 3;

/**
 * A head and the state at it. A log that goes back between the two reads is read again.
 *
 * @param from.again reads the head once more
 * @throws DamagedLog when the events do not reach the head, or cannot have happened
 */
async function readState(
  database: Queryable,
  hostId: number,
  from: { readonly head: Head; readonly again: () => Promise<Head> },
): Promise<{ readonly head: Head; readonly state: HostState }> {
  let { head } = from;
  for (let reads = 1; ; reads++) {
    try {
      return { head, state: await stateAt(database, hostId, head) };
    } catch (error) {
      if (!(error instanceof DamagedLog) || reads === READS_MAX) throw error;
      const now = await from.again();
      if (isSamePoint(now, head)) throw error;
      head = now;
    }
  }
}

/**
 * The state at a head, which the events must reach, and whose hash must be theirs: the next append
 * would go on from it.
 */
async function stateAt(database: Queryable, hostId: number, head: Head): Promise<HostState> {
  const { position, hash } = head;
  const [state, reached] = await Promise.all([
    loadState(database, hostId, position),
    headAt(database, hostId, position),
  ]);
  if (state.position !== position) {
    throw new DamagedLog(state.position + 1, 'missing from the log');
  }
  if (!sameBytes(reached.hash, hash)) {
    throw new DamagedLog(position, 'the hash of the head is not that of the last event');
  }
  return state;
}
