/**
 * The tip of a host's log as this process knows it: head and kernel in memory. It may lag behind
 * what other processes wrote; then an append misses, and the tip catches up.
 */
import { flushLayer, type Kernel } from '../domain/kernel.ts';
import type { Queryable } from './database.ts';
import type { Draft } from './draft.ts';
import type { LedgerEvent } from './event.ts';
import { type Head, readHead } from './head.ts';
import { fold, loadState } from './host-state.ts';
import { readThrough } from './log-reader.ts';

export class Tip {
  readonly hostId: number;
  readonly kernel: Kernel;
  /** Where the latest snapshot stands that is known here. */
  snapshotPosition: number;
  readonly #onCommitted: (events: readonly LedgerEvent[]) => void;
  #head: Head;
  #damaged = false;

  private constructor(
    hostId: number,
    state: { readonly kernel: Kernel; readonly snapshotPosition: number },
    head: Head,
    onCommitted: (events: readonly LedgerEvent[]) => void,
  ) {
    this.hostId = hostId;
    this.kernel = state.kernel;
    this.snapshotPosition = state.snapshotPosition;
    this.#head = head;
    this.#onCommitted = onCommitted;
  }

  /** @param onCommitted is told of every committed event from here on, in order */
  static async load(
    database: Queryable,
    hostId: number,
    onCommitted: (events: readonly LedgerEvent[]) => void,
  ): Promise<Tip> {
    const head = await readHead(database, hostId);
    const state = await loadState(database, hostId, head.position);
    return new Tip(hostId, state, head, onCommitted);
  }

  get head(): Head {
    return this.#head;
  }

  /** A fold stopped half way: the kernel is no state of this host and must not be used. */
  get damaged(): boolean {
    return this.#damaged;
  }

  /** Takes over a draft that was committed. */
  advance(draft: Draft): void {
    flushLayer(this.kernel, draft.layer);
    this.#head = draft.head;
    this.#onCommitted(draft.events);
  }

  /**
   * Folds in what others committed.
   *
   * @param to the committed head; read when it is not given
   * @returns whether head or epoch had moved
   */
  async catchUp(database: Queryable, to?: Head): Promise<boolean> {
    const head = to ?? (await readHead(database, this.hostId));
    const { position, epoch } = this.#head;
    const range = { from: position + 1, to: head.position };
    for await (const events of readThrough(database, this.hostId, range)) this.#take(events);
    this.#head = head;
    return head.position !== position || head.epoch !== epoch;
  }

  #take(events: readonly LedgerEvent[]): void {
    try {
      fold(this.kernel, events);
    } catch (error) {
      this.#damaged = true;
      throw error;
    }
    // The rest of the head follows at the end; no append can succeed from a position before it.
    this.#head = { ...this.#head, position: events.at(-1)?.position ?? this.#head.position };
    this.#onCommitted(events);
  }
}
