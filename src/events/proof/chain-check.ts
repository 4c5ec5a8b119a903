/**
 * Checks a log as it is read: the hash chain is computed again from the exact texts and compared
 * with every stored hash and with the checkpoints. After a
 * fault it continues from the stored hash, so that one damaged event does not hide the next.
 */
import type { Cut } from '../cuts.ts';
import { decodeEvent, type ParsedEvent } from '../encoding/codec.ts';
import { chainHash, GENESIS_HASH } from '../encoding/hash-chain.ts';
import { hexOf, sameBytes } from '../encoding/hex.ts';
import type { LedgerEvent } from '../event.ts';
import type { StoredBatch } from '../reading/batch-reader.ts';
import { genesisOf, type LogIdentity } from '../reading/birth.ts';
import type { Checkpoint } from './checkpoint.ts';
import { CheckpointCheck, type Outside, type SignedReport } from './checkpoint-check.ts';
import type { Fault } from './fault.ts';
import { CompactRange, leafHash, type MerkleNode } from './merkle.ts';
import type { PublicKey } from './signing-key.ts';

/** Faults that a report lists; more are only counted. */
const FAULTS_MAX = 100;

/** What a check comes to. */
export interface ChainReport extends SignedReport {
  readonly holds: boolean;
  /** The last checked event. */
  readonly position: number;
  /** Its chain value in hexadecimal. */
  readonly hash: string;
  readonly fault_count: number;
  /** The first `FAULTS_MAX` of them. */
  readonly faults: readonly Fault[];
}

/** Where a log that was cut begins. */
export type Beginning = Pick<
  Cut,
  'position' | 'hash' | 'recorded_at' | 'at_max' | 'tree' | 'state_hash'
>;

/** A tree that grows with the check. */
interface Grown {
  /** Gets each node of a stored level. */
  readonly onNode?: (node: MerkleNode) => void;
}

/** A check of one log, from its first event on. */
export class ChainCheck {
  readonly #faults: Fault[] = [];
  #faultCount = 0;
  #position = 0;
  /** Undefined after lost events, until a stored hash gives it again. */
  #hash: Uint8Array | undefined = GENESIS_HASH;
  /** The chain begins with the host's name. */
  #born = false;
  #recordedAt = 0;
  #atMax: number | undefined = 0;
  #batchFrom = 1;
  /** When the current batch was recorded, with all its events. */
  #batchTime: number | undefined;
  #forkedAt = 0;
  /** A fault of this batch is known by its position. */
  #batchBlamed = false;
  /**
   * The Merkle tree of the chain's values so far; undefined where nobody compares it, and from the
   * first value on that is lost.
   */
  #tree: CompactRange | undefined;
  readonly #onNode: Grown['onNode'];
  readonly #signed: CheckpointCheck;

  /** @param grown left out, roots of checkpoints are not compared: the tree takes as long as the chain */
  constructor(outside: Outside = {}, grown?: Grown) {
    this.#tree = grown && new CompactRange();
    this.#onNode = grown?.onNode;
    this.#signed = new CheckpointCheck(outside, (fault) => this.fault(fault));
  }

  get faultCount(): number {
    return this.#faultCount;
  }

  /** The last checked event. */
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

  /** The first position of the current batch. */
  get batchFrom(): number {
    return this.#batchFrom;
  }

  /** The identity of the log, which comes first: its chain begins with it. */
  of(identity: LogIdentity): void {
    this.#hash = genesisOf(identity.born);
    this.#born = identity.born !== null;
    this.#signed.of(identity);
  }

  /** The log begins with a cut; it comes before any checkpoint, and before any event. */
  beginAtCut({ position, hash, recorded_at, at_max, tree, state_hash }: Beginning): void {
    this.#position = position;
    this.#hash = hash;
    this.#born = false;
    this.#recordedAt = recorded_at;
    this.#atMax = at_max;
    this.#batchFrom = position + 1;
    if (this.#tree !== undefined) this.#tree = new CompactRange(position, tree);
    this.#signed.beginAtCut({ position, state_hash });
  }

  /** A key that checkpoints are signed by. */
  key(key: PublicKey): void {
    this.#signed.key(key);
  }

  /** A checkpoint of a position that is still to come; they come in order. */
  checkpoint(checkpoint: Checkpoint): void {
    this.#signed.add(checkpoint);
  }

  /**
   * The next event.
   *
   * @param stored its chain value where one is stored beside it
   * @returns the event, unless it cannot be read
   */
  event(row: ParsedEvent, stored?: Uint8Array): LedgerEvent | undefined {
    this.#settle(this.#position);
    const { position } = row;
    if (position > this.#position + 1) this.reportLost(position - 1, 'missing from the log');
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
    if (stored === undefined) {
      this.#plant();
      return event;
    }
    if (this.#hash !== undefined && !sameBytes(this.#hash, stored)) {
      const message = 'its hash does not follow from its text and the hash before it';
      this.#blame(position, this.#hint(message, position));
    }
    this.#hash = stored;
    this.#plant();
    return event;
  }

  /** Events up to `position_to` are lost. */
  reportLost(position_to: number, why: string): void {
    this.fault({ position_from: this.#position + 1, position_to, message: why });
    this.skip(position_to);
  }

  /** Continues after events that were reported as lost. */
  skip(position_to: number): void {
    this.#settle(this.#position);
    this.#position = position_to;
    this.#hash = undefined;
    this.#tree = undefined;
    this.#atMax = undefined;
    this.#batchTime = undefined;
    this.#batchBlamed = true;
  }

  /** The append of the last events ends here. */
  batch(batch: StoredBatch): void {
    if (batch.position_to > this.#position)
      this.reportLost(batch.position_to, 'missing from the log');
    const whole = this.#hash !== undefined && this.#atMax !== undefined;
    const message = whole && !this.#batchBlamed ? this.#differs(batch) : undefined;
    if (message !== undefined) {
      this.fault({ position_from: this.#batchFrom, position_to: batch.position_to, message });
    }
    this.#stand(batch.hash);
    this.#atMax = batch.at_max;
    this.batchEnd();
  }

  /** A branch begins here: the next events are of other appends, wherever this one ended. */
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

  /** A segment says that the chain is at `hash` here; reports a fault when it is not. */
  stands(hash: Uint8Array, fault: Fault): void {
    if (this.#hash !== undefined && !sameBytes(this.#hash, hash)) this.fault(fault);
    this.#stand(hash);
  }

  /** Whether the tree still is that of all events. */
  get hasTree(): boolean {
    return this.#tree !== undefined;
  }

  /** A fault of the log that its reader found. */
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
    const signed = this.#signed.report();
    return {
      holds: this.#faultCount === 0,
      position: this.#position,
      hash: this.#hash === undefined ? '' : hexOf(this.#hash),
      ...signed,
      fault_count: this.#faultCount,
      faults: this.#faults,
    };
  }

  /** The leaf of the current event. */
  #plant(): void {
    if (this.#hash === undefined) this.#tree = undefined;
    else this.#tree?.append(leafHash(this.#hash), this.#onNode);
  }

  /** Continues with a stored value. Where it is another one, leaves before it were wrong. */
  #stand(hash: Uint8Array): void {
    if (this.#hash === undefined || !sameBytes(this.#hash, hash)) this.#tree = undefined;
    this.#hash = hash;
  }

  #blame(position: number, message: string): void {
    this.#batchBlamed = true;
    this.fault({ position_from: position, position_to: position, message });
  }

  #look(row: ParsedEvent): LedgerEvent | undefined {
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
    if (this.#hash !== undefined && !sameBytes(this.#hash, batch.hash)) {
      const message =
        'the hash of the batch does not follow from its events and the hash before them';
      return this.#hint(message, this.#batchFrom);
    }
    if (batch.recorded_at !== this.#recordedAt) return 'the batch has another time of recording';
    if (batch.at_max !== this.#atMax) return 'the batch has another latest time of its events';
    return undefined;
  }

  /** A chain that does not even begin as it should is most likely that of another host. */
  #hint(message: string, position: number): string {
    if (!this.#born || position !== 1) return message;
    return `${message}; the first is bound to the host's name: it may be the log of another host`;
  }

  /** Compares the checkpoints of positions up to `position` with the chain. */
  #settle(position: number): void {
    const stand = {
      position: this.#position,
      hash: this.#hash,
      recordedAt: this.#recordedAt,
      tree: this.#tree,
    };
    this.#signed.settle(position, stand);
  }
}
