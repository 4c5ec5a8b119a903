/** Submissions that wait for one host's writer: bounded, in order, and known by their keys. */

import { callSize } from '../call-size.ts';
import { LogRefusal } from '../log-refusal.ts';
import type { Receipt, Submission } from '../submission.ts';

/** Calls that may wait on one host. */
const QUEUE_CALLS_MAX = 20_000;
/** Submissions that may wait on one host. */
const QUEUE_SUBMISSIONS_MAX = 5000;
/** Size of the calls that may wait on one host, in characters (`callSize`). */
const QUEUE_SIZE_MAX = 64 * 1024 * 1024;
/** Calls that are committed together, but for a single submission that has more. */
const BATCH_CALLS_MAX = 1000;
/** What a writer is told to wait before it tries a full queue again. */
const RETRY_AFTER_MS = 1000;

export interface Pending {
  readonly submission: Submission;
  /** Of its calls, in characters. */
  readonly size: number;
  readonly receipt: Promise<Receipt>;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: unknown) => void;
}

export class SubmissionQueue {
  readonly #waiting: Pending[] = [];
  /** Unanswered keyed submissions, those being committed included. */
  readonly #keyed = new Map<string, Pending>();
  #calls = 0;
  #size = 0;

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Queues a submission and answers when it is settled. One with the key of an unanswered one
   * shares its answer.
   *
   * @throws LogRefusal `queue-full`, `idempotency-mismatch`
   */
  add(submission: Submission): Promise<Receipt> {
    const twin = this.#twinOf(submission);
    if (twin !== undefined) return twin.receipt.then((receipt) => ({ ...receipt, repeated: true }));
    const size = sizeOf(submission);
    this.#admit(submission.calls.length, size);
    const pending = pendingOf(submission, size);
    this.#waiting.push(pending);
    this.#calls += submission.calls.length;
    this.#size += size;
    this.#remember(pending);
    return pending.receipt;
  }

  /** Takes what is committed next, in order: never a part of a submission. */
  take(): Pending[] {
    let count = 0;
    let calls = 0;
    for (const { submission } of this.#waiting) {
      calls += submission.calls.length;
      if (count > 0 && calls > BATCH_CALLS_MAX) break;
      count++;
    }
    const taken = this.#waiting.splice(0, count);
    for (const { submission, size } of taken) {
      this.#calls -= submission.calls.length;
      this.#size -= size;
    }
    return taken;
  }

  /** Refuses everything that waits. */
  refuse(error: unknown): void {
    for (const pending of this.#waiting.splice(0)) pending.reject(error);
    this.#calls = 0;
    this.#size = 0;
  }

  #twinOf({ actor, idempotency }: Submission): Pending | undefined {
    if (idempotency === undefined) return undefined;
    const twin = this.#keyed.get(nameOf(actor, idempotency));
    if (twin === undefined) return undefined;
    if (twin.submission.idempotency?.fingerprint === idempotency.fingerprint) return twin;
    const { key, line = 0 } = idempotency;
    throw new LogRefusal({ why: 'idempotency-mismatch', key, line });
  }

  #admit(added: number, size: number): void {
    const calls = this.#calls + added;
    const submissions = this.#waiting.length + 1;
    const fits = this.#size + size <= QUEUE_SIZE_MAX;
    if (calls <= QUEUE_CALLS_MAX && submissions <= QUEUE_SUBMISSIONS_MAX && fits) return;
    throw new LogRefusal({
      why: 'queue-full',
      calls: this.#calls,
      callsMax: QUEUE_CALLS_MAX,
      submissions: this.#waiting.length,
      submissionsMax: QUEUE_SUBMISSIONS_MAX,
      size: this.#size,
      sizeMax: QUEUE_SIZE_MAX,
      retryAfterMs: RETRY_AFTER_MS,
    });
  }

  #remember(pending: Pending): void {
    const { actor, idempotency } = pending.submission;
    if (idempotency === undefined) return;
    const name = nameOf(actor, idempotency);
    this.#keyed.set(name, pending);
    const forget = () => this.#keyed.delete(name);
    pending.receipt.then(forget, forget);
  }
}

function nameOf(actor: string, { key, line = 0 }: { key: string; line?: number }): string {
  return JSON.stringify([actor, key, line]);
}

function sizeOf({ calls }: Submission): number {
  let size = 0;
  for (const { call } of calls) size += callSize(call);
  return size;
}

function pendingOf(submission: Submission, size: number): Pending {
  let resolve: Pending['resolve'] = () => {};
  let reject: Pending['reject'] = () => {};
  const receipt = new Promise<Receipt>((onReceipt, onError) => {
    resolve = onReceipt;
    reject = onError;
  });
  return { submission, size, receipt, resolve, reject };
}
