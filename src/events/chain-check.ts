/**
 * Checks a log as it goes by: the chain of hashes is computed anew from the exact texts and held
 * against every hash that was stored beside them, and against what checkpoints state. After a
 * fault it goes on from the stored hash, so that one damaged event does not hide the next.
 */
import type { StoredBatch } from './batch-reader.ts';
import { type Checkpoint, isSignedBy } from './checkpoint/checkpoint.ts';
import type { PublicKey } from './checkpoint/signing-key.ts';
import { decodeEvent, type EncodedEvent } from './codec.ts';
import type { LedgerEvent } from './event.ts';
import { chainHash, GENESIS_HASH } from './hash-chain.ts';

/** Faults that a report lists; more are only counted. */
const FAULTS_MAX = 100;

/** Something that is not as it was recorded. */
export interface Fault {
  /** The first and the last position that may be concerned; absent when no event is. */
  readonly position_from?: number;
  readonly position_to?: number;
  /** Line of an exported file. */
  readonly line?: number;
  /** What was found, in a sentence. */
  readonly message: string;
}

/** What a check comes to. */
export interface ChainReport {
  readonly holds: boolean;
  /** The last event that was looked at. */
  readonly position: number;
  /** Its chain value in hexadecimal. */
  readonly hash: string;
  /** Checkpoints whose signature and hash agree with the log. */
  readonly checkpoints: number;
  /** Position of the last of them; 0 when there is none. */
  readonly proven_to: number;
  readonly fault_count: number;
  /** The first `FAULTS_MAX` of them. */
  readonly faults: readonly Fault[];
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(b);

/** A check of one log, from its first event on. */
export class ChainCheck {
  readonly #faults: Fault[] = [];
  #faultCount = 0;
  #position = 0;
  /** Undefined where what stood before is lost, until a stored hash tells it again. */
  #hash: Uint8Array | undefined = GENESIS_HASH;
  #recordedAt = 0;
  #atMax: number | undefined = 0;
  #batchFrom = 1;
  /** When the batch that is under way was recorded; all its events were, at once. */
  #batchTime: number | undefined;
  #forkedAt = 0;
  /** A fault of this batch is known more exactly than by the batch. */
  #batchBlamed = false;
  readonly #keys = new Map<string, PublicKey>();
  #stated: Checkpoint[] = [];
  #checkpoints = 0;
  #provenTo = 0;
  readonly #trusted: string | undefined;

  /** @param trusted id of the only key whose checkpoints are believed; default: every key given */
  constructor(trusted?: string) {
    this.#trusted = trusted;
  }

  get faultCount(): number {
    return this.#faultCount;
  }

  /** The last event that was looked at. */
  get position(): number {
    return this.#position;
  }

  /** The chain's value there; absent while it is lost. */
  get hash(): Uint8Array | undefined {
    return this.#hash;
  }

  /** Latest `at` so far, microseconds since the epoch; absent while it is lost. */
  get atMax(): number | undefined {
    return this.#atMax;
  }

  /** The first position of the batch that is under way. */
  get batchFrom(): number {
    return this.#batchFrom;
  }

  /** A key whose checkpoints are believed. */
  key(key: PublicKey): void {
    if (this.#trusted !== undefined && key.key_id !== this.#trusted) return;
    this.#keys.set(key.key_id, key);
  }

  /** A checkpoint of a position that is still to come; they come in order. */
  checkpoint(checkpoint: Checkpoint): void {
    const { position, key_id } = checkpoint;
    const key = this.#keys.get(key_id);
    const place = { position_from: position, position_to: position };
    if (key === undefined) {
      this.fault({
        ...place,
        message: `the checkpoint is signed by ${key_id}, a key that is not believed`,
      });
    } else if (!isSignedBy(checkpoint, key)) {
      this.fault({ ...place, message: `the signature of the checkpoint is not that of ${key_id}` });
    } else this.#stated.push(checkpoint);
  }

  /**
   * The next event.
   *
   * @param stored its chain value where one is stored beside it
   * @returns what the row says, unless it says nothing that can be read
   */
  event(row: EncodedEvent, stored?: Uint8Array): LedgerEvent | undefined {
    this.#settle(this.#position);
    const { position } = row;
    if (position > this.#position + 1) this.lost(position - 1, 'missing from the log');
    if (position < this.#position + 1) {
      this.#blame(position, `position ${position} comes after ${this.#position}`);
    }
    if (row.recorded_at < this.#recordedAt) {
      this.#blame(position, 'it is recorded earlier than the event before it');
    }
    if (this.#batchTime !== undefined && row.recorded_at !== this.#batchTime) {
      this.#blame(position, 'it is recorded at another time than the batch that it is in');
    }
    this.#position = position;
    this.#recordedAt = row.recorded_at;
    this.#batchTime = row.recorded_at;
    const event = this.#look(row);
    if (this.#hash !== undefined) this.#hash = chainHash(this.#hash, row);
    if (stored === undefined) return event;
    if (this.#hash !== undefined && !same(this.#hash, stored)) {
      this.#blame(position, 'its hash does not follow from its text and the hash before it');
    }
    this.#hash = stored;
    return event;
  }

  /** Events up to `position_to` cannot be had. */
  lost(position_to: number, why: string): void {
    this.fault({ position_from: this.#position + 1, position_to, message: why });
    this.skip(position_to);
  }

  /** Goes on after events that were reported as lost. */
  skip(position_to: number): void {
    this.#settle(this.#position);
    this.#position = position_to;
    this.#hash = undefined;
    this.#atMax = undefined;
    this.#batchTime = undefined;
    this.#batchBlamed = true;
  }

  /** The append that the last events came by ends here. */
  batch(batch: StoredBatch): void {
    if (batch.position_to > this.#position) this.lost(batch.position_to, 'missing from the log');
    const whole = this.#hash !== undefined && this.#atMax !== undefined;
    const message = whole && !this.#batchBlamed ? this.#differs(batch) : undefined;
    if (message !== undefined) {
      this.fault({ position_from: this.#batchFrom, position_to: batch.position_to, message });
    }
    this.#hash = batch.hash;
    this.#atMax = batch.at_max;
    this.batchEnd();
  }

  /** A branch grew from here: what follows is of other appends, wherever this one ended. */
  forks(): void {
    this.#batchTime = undefined;
    this.#forkedAt = this.#position;
  }

  /** The append ends here, of which nothing is stored. */
  batchEnd(): void {
    this.#batchFrom = this.#position + 1;
    this.#batchTime = undefined;
    this.#batchBlamed = false;
    this.#settle(this.#position);
  }

  /** A segment says that the chain stands at `hash` here; `fault` tells when it does not. */
  stands(hash: Uint8Array, fault: Fault): void {
    if (this.#hash !== undefined && !same(this.#hash, hash)) this.fault(fault);
    this.#hash = hash;
  }

  /** Something that concerns the log, found by whoever reads it. */
  fault(fault: Fault): void {
    this.#faultCount++;
    if (this.#faults.length < FAULTS_MAX) this.#faults.push(fault);
  }

  /** The log is over. */
  report(): ChainReport {
    this.#settle(Number.POSITIVE_INFINITY);
    const ended = this.#batchFrom > this.#position || this.#forkedAt === this.#position;
    if (!ended && !this.#batchBlamed) {
      const range = { position_from: this.#batchFrom, position_to: this.#position };
      this.fault({ ...range, message: 'the last events belong to no batch' });
      this.#batchBlamed = true;
    }
    if (this.#trusted !== undefined && this.#checkpoints === 0) {
      this.fault({ message: `no checkpoint is signed by ${this.#trusted}` });
    }
    return {
      holds: this.#faultCount === 0,
      position: this.#position,
      hash: this.#hash === undefined ? '' : Buffer.from(this.#hash).toString('hex'),
      checkpoints: this.#checkpoints,
      proven_to: this.#provenTo,
      fault_count: this.#faultCount,
      faults: this.#faults,
    };
  }

  #blame(position: number, message: string): void {
    this.#batchBlamed = true;
    this.fault({ position_from: position, position_to: position, message });
  }

  #look(row: EncodedEvent): LedgerEvent | undefined {
    try {
      const event = decodeEvent(row);
      if (this.#atMax !== undefined) this.#atMax = Math.max(this.#atMax, event.at);
      return event;
    } catch {
      this.#blame(row.position, 'its text cannot be read as an event');
      this.#atMax = undefined;
      return undefined;
    }
  }

  #differs(batch: StoredBatch): string | undefined {
    if (this.#hash !== undefined && !same(this.#hash, batch.hash)) {
      return 'the hash of the batch does not follow from its events and the hash before them';
    }
    if (batch.recorded_at !== this.#recordedAt) return 'the batch tells another time of recording';
    if (batch.at_max !== this.#atMax) return 'the batch tells another latest time of its events';
    return undefined;
  }

  /** Holds the checkpoints of positions up to `position` against the chain. */
  #settle(position: number): void {
    const due = this.#stated.filter((checkpoint) => checkpoint.position <= position);
    if (due.length === 0) return;
    this.#stated = this.#stated.slice(due.length);
    for (const checkpoint of due) this.#compare(checkpoint);
  }

  #compare({ position, hash, recorded_at }: Checkpoint): void {
    const place = { position_from: this.#provenTo + 1, position_to: position };
    if (position !== this.#position) {
      this.fault({ ...place, message: `a checkpoint of position ${position} has no event` });
      return;
    }
    if (this.#hash === undefined) return;
    if (same(this.#hash, hash) && recorded_at === this.#recordedAt) {
      this.#checkpoints++;
      this.#provenTo = position;
      return;
    }
    const message = `the checkpoint of position ${position} was signed for another log`;
    this.fault({ ...place, message });
  }
}
