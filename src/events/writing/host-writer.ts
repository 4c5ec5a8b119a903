/**
 * The writer of one host in this process: submissions queue here, and one drain at a time commits
 * them. Several processes may each have a writer for the same host; the head row in the database
 * decides between them.
 */
import assert from 'node:assert/strict';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Kernel } from '../../domain/kernel.ts';
import { stateRows } from '../../domain/size.ts';
import { type Head, readHead } from '../head.ts';
import { LogRefusal } from '../log-refusal.ts';
import { oneByOne } from '../one-by-one.ts';
import { isSamePoint } from '../reading/history.ts';
import { partingInterval, snapshotInterval } from '../reading/snapshot-interval.ts';
import { type NewSnapshot, snapshotText, storeSnapshot } from '../reading/snapshots.ts';
import {
  type InOrder,
  type Receipt,
  SUBMISSION_CALLS_MAX,
  type Submission,
} from '../submission.ts';
import { type Answers, type CommitContext, commit } from './commit.ts';
import { SubmissionQueue } from './submission-queue.ts';
import { Tip, type TipListeners } from './tip.ts';

/** Its tip reports this writer's events, and the events of other writers that it reads. */
export interface WriterOptions extends CommitContext, TipListeners {
  readonly hostId: number;
}

export class HostWriter {
  readonly #context: WriterOptions;
  /** Moves only in a turn of `#exclusively`. */
  readonly #tip: Tip;
  /** Whenever something waits in it, `#draining` is set: nobody waits for a drain that never comes. */
  readonly #queue = new SubmissionQueue();
  /** Uses of the tip run one after the other. */
  readonly #exclusively = oneByOne();
  /** The snapshot that is being stored; one at a time. */
  #storing: Promise<void> = Promise.resolve();
  /** One drain runs, and no second one. */
  #draining = false;
  /** Set once, for good. */
  #closed = false;

  private constructor(context: WriterOptions, tip: Tip) {
    this.#context = context;
    this.#tip = tip;
  }

  /** A writer that knows the state at the head. */
  static async open(options: WriterOptions): Promise<HostWriter> {
    const tip = await Tip.load(options.database, options.hostId, options);
    return new HostWriter(options, tip);
  }

  /** Rows of the state that it holds. */
  get rows(): number {
    return stateRows(this.#tip.kernel);
  }

  /** It takes no more calls: it was closed, or the log could not be folded. */
  get closed(): boolean {
    return this.#closed || this.#tip.damaged;
  }

  /**
   * Records all calls of a submission, or none.
   *
   * @throws LogRefusal synchronously when it cannot be queued
   */
  submit(submission: Submission): Promise<Receipt> {
    if (this.closed) throw new LogRefusal({ why: 'closed' });
    const calls = submission.calls.length;
    if (calls === 0) throw new LogRefusal({ why: 'submission-empty' });
    if (calls > SUBMISSION_CALLS_MAX) {
      throw new LogRefusal({ why: 'submission-too-long', calls, callsMax: SUBMISSION_CALLS_MAX });
    }
    const receipt = this.#queue.add(submission);
    if (!this.#draining) void this.#drain();
    return receipt;
  }

  /** Records submissions in order; when the queue has no room for one, none after it is tried. */
  async submitInOrder(submissions: readonly Submission[]): Promise<InOrder> {
    const queued: Promise<Receipt>[] = [];
    let unqueued: InOrder['refused'];
    try {
      for (const submission of submissions) queued.push(this.submit(submission));
    } catch (error) {
      unqueued = { error };
    }
    const receipts: Receipt[] = [];
    for (const settled of await Promise.allSettled(queued)) {
      if (settled.status === 'rejected') return { receipts, refused: { error: settled.reason } };
      receipts.push(settled.value);
    }
    return { receipts, ...(unqueued && { refused: unqueued }) };
  }

  /**
   * Calls `read` with the state at the committed head. `read` must be synchronous and must not retain the kernel: it
   * changes with the next commit.
   */
  async read<T>(read: (kernel: Kernel, head: Head) => T): Promise<T> {
    const { database } = this.#context;
    const { hostId, host } = this.#context;
    const head = await readHead(database, hostId, host).catch(() => undefined);
    // Only in its turn is a tip that is elsewhere compared: a commit may have moved it meanwhile.
    if (head === undefined || !isSamePoint(this.#tip.head, head)) {
      await this.#exclusively(() => this.#tip.catchUp(database));
    }
    if (this.#tip.damaged) throw new LogRefusal({ why: 'closed' });
    return read(this.#tip.kernel, this.#tip.head);
  }

  /** Takes no more calls, and waits until everything is answered. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#queue.length > 0 || this.#draining) await this.#exclusively(async () => undefined);
    await this.#storing;
  }

  /**
   * Stores the state if it moved far since it was last stored: the writer is let go, which nobody
   * uses any more.
   */
  async part(): Promise<void> {
    assert.equal(this.#queue.length, 0, 'a writer is let go while submissions wait');
    await this.#exclusively(() => this.#snapshotIfDue(partingInterval(this.#tip.kernel)));
    await this.#storing;
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    // Calls that have arrived by now are read first: they join the first batch.
    await this.#exclusively(() => turnOfTheLoop());
    let answers: Answers = [];
    do {
      while (this.#queue.length > 0) {
        await this.#exclusively(async () => {
          const committed = commit(this.#context, this.#tip, this.#queue.take());
          // The database has work by now: meanwhile those of the batch before are answered, and
          // the state that it left, which stands until this one is committed, may be stored.
          await turnOfTheLoop();
          for (const answer of answers) answer();
          await this.#snapshotIfDue(snapshotInterval(this.#tip.kernel));
          answers = await committed;
        });
        if (this.#tip.damaged) this.#queue.refuse(new LogRefusal({ why: 'closed' }));
      }
      for (const answer of answers) answer();
      answers = [];
      // Answered clients may have more to record, which comes before a snapshot.
      await this.#exclusively(() => turnOfTheLoop());
      if (this.#queue.length === 0) {
        await this.#exclusively(() => this.#snapshotIfDue(snapshotInterval(this.#tip.kernel)));
      }
    } while (this.#queue.length > 0);
    this.#draining = false;
  }

  /**
   * Takes a snapshot when one is due. Its text is made synchronously, and commits go on while it is
   * packed and stored; only the next snapshot waits for it.
   */
  async #snapshotIfDue(events: number): Promise<void> {
    const { kernel, head, snapshotPosition, damaged } = this.#tip;
    const { position, hash } = head;
    if (damaged || position - snapshotPosition < events) return;
    this.#tip.expectSnapshot(position);
    const text = snapshotText(kernel);
    await this.#storing;
    this.#storing = this.#store({ position, hash, text }, snapshotPosition);
  }

  /** @param before the position of the latest snapshot without this one */
  async #store(snapshot: NewSnapshot, before: number): Promise<void> {
    try {
      await storeSnapshot(this.#context.database, this.#tip.hostId, snapshot);
    } catch {
      // Only a shortcut is missing; the next commit tries again.
      this.#tip.missSnapshot(snapshot.position, before);
    }
  }
}
