/**
 * Compares a log with what was signed: the checkpoints that are stored with it, and
 * those that somebody kept elsewhere. A checkpoint proves something only when its key is trusted; what
 * does not agree with the log is a fault, no matter who signed it.
 */
import { hexOf, sameBytes } from '../encoding/hex.ts';
import type { LogIdentity } from '../reading/birth.ts';
import {
  type Checkpoint,
  checkpointHash,
  isSignedBy,
  NO_CHECKPOINT,
  type SignedCut,
} from './checkpoint.ts';
import type { Fault } from './fault.ts';
import type { CompactRange } from './merkle.ts';
import type { PublicKey } from './signing-key.ts';
import { TrustedKeys } from './trusted-keys.ts';

/** An earlier head of a log, kept outside of the database. */
export interface KeptHead {
  readonly position: number;
  readonly hash: Uint8Array;
  /** `checkpointHash` of the checkpoint that must still be stored; absent: none must be. */
  readonly checkpoint?: Uint8Array;
}

/** What is trusted, from outside of the checked log. */
export interface Outside {
  /** Default: no key. */
  readonly trusted?: TrustedKeys;
  readonly kept?: readonly KeptHead[];
  /** The head that the service itself remembers, on its own machine. */
  readonly remembered?: KeptHead;
  /** Whether it is a fault when no trusted key signed a checkpoint. */
  readonly required?: boolean;
}

/** The result of the checkpoints. */
export interface SignedReport {
  /** Checkpoints of trusted keys that agree with the log. */
  readonly checkpoints: number;
  /** Position of the last of them, or of the last kept head that agrees; 0 when there is none. */
  readonly proven_to: number;
  /** Ids of the keys of these checkpoints. */
  readonly keys: readonly string[];
  /** Checkpoints that agree with the log and are signed by unknown keys: they prove nothing. */
  readonly untrusted: number;
  readonly untrusted_keys: readonly string[];
  /** Kept heads that the log holds. */
  readonly kept: number;
  /** Checkpoints of format 1: a removed one leaves no trace. */
  readonly unchained: number;
  /** Checkpoints and kept heads of positions before the cut of the log: they were not compared. */
  readonly before_cut: number;
  /** Whether a checkpoint of a trusted key states the state at the cut. */
  readonly cut_signed: boolean;
}

/** The point of a log that a check has reached. */
interface Stand {
  readonly position: number;
  /** Undefined where it is lost. */
  readonly hash: Uint8Array | undefined;
  readonly recordedAt: number;
  /** Of the events up to there; undefined where one of them is lost. */
  readonly tree: CompactRange | undefined;
}

export class CheckpointCheck {
  readonly #trusted: TrustedKeys;
  readonly #required: boolean;
  readonly #fault: (fault: Fault) => void;
  readonly #known = new Map<string, PublicKey>();
  #identity: LogIdentity | undefined;
  /** Those that are to be compared, in the order of their positions; from `#compared` on. */
  #stated: Checkpoint[] = [];
  #compared = 0;
  #kept: readonly KeptHead[];
  /** Hashes of the checkpoints that the kept heads are about. */
  readonly #wanted: Set<string>;
  #before: Uint8Array = NO_CHECKPOINT;
  #number = 0;
  #checkpoints = 0;
  #provenTo = 0;
  #statedTo = 0;
  #untrusted = 0;
  #keptHeld = 0;
  #unchained = 0;
  /** Where the log is cut; undefined for a whole one. */
  #cut: SignedCut | undefined;
  #cutSigned = false;
  #beforeCut = 0;
  readonly #keys = new Set<string>();
  readonly #untrustedKeys = new Set<string>();

  /** @param fault receives each disagreement */
  constructor(outside: Outside, fault: (fault: Fault) => void) {
    const { trusted, remembered, required = false } = outside;
    const kept = [...(outside.kept ?? []), ...(remembered ? [remembered] : [])];
    this.#required = required;
    this.#trusted = trusted ?? new TrustedKeys([]);
    this.#fault = fault;
    this.#kept = kept;
    this.#wanted = new Set(
      kept.flatMap(({ checkpoint }) => (checkpoint ? [hexOf(checkpoint)] : [])),
    );
  }

  /** The identity of the log, which checkpoints must name. It comes before any checkpoint. */
  of(identity: LogIdentity): void {
    this.#identity = identity;
  }

  /** The log is cut: what was signed of earlier positions cannot be compared. */
  beginAtCut(cut: SignedCut): void {
    const { position } = cut;
    this.#cut = cut;
    this.#beforeCut = this.#kept.filter((kept) => kept.position < position).length;
    this.#kept = this.#kept.filter((kept) => kept.position >= position);
  }

  /** A key that checkpoints are signed by. */
  key(key: PublicKey): void {
    this.#known.set(key.key_id, key);
  }

  /** The next checkpoint, of a position that is still to come. */
  add(checkpoint: Checkpoint): void {
    const { position, key_id } = checkpoint;
    const key = this.#known.get(key_id);
    const message =
      key === undefined
        ? `the checkpoint is signed by ${key_id}, a key that is not there`
        : isSignedBy(checkpoint, key)
          ? (this.#early(checkpoint) ??
            this.#outOfOrder(checkpoint) ??
            this.#ofAnother(checkpoint) ??
            this.#ofAnotherCut(checkpoint))
          : `the signature of the checkpoint is not that of ${key_id}`;
    this.#before = checkpointHash(checkpoint);
    this.#number = checkpoint.chained?.number ?? this.#number;
    if (checkpoint.chained === null) this.#unchained++;
    this.#wanted.delete(hexOf(this.#before));
    if (message === undefined) {
      if (position < (this.#cut?.position ?? 0)) this.#beforeCut++;
      else this.#stated.push(checkpoint);
    } else this.#fault({ position_from: position, position_to: position, message });
  }

  #early({ position }: Checkpoint): string | undefined {
    const before = this.#stated.at(-1);
    if (before === undefined || before.position <= position) return undefined;
    return `the checkpoint comes after that of position ${before.position}`;
  }

  #outOfOrder({ chained }: Checkpoint): string | undefined {
    if (chained === null) return undefined;
    const { number, previous } = chained;
    if (number === this.#number + 1 && sameBytes(previous, this.#before)) return undefined;
    return (
      `checkpoint ${number} does not follow the one that is stored before it: ` +
      'one was removed, or signed anew'
    );
  }

  /** The name under which an imported log was signed elsewhere is not known here. */
  #ofAnother({ host, position, chained }: Checkpoint): string | undefined {
    const identity = this.#identity;
    if (identity === undefined || position < identity.recorded_from) return undefined;
    if (host !== identity.host) {
      return `the checkpoint was signed for the host ${host}, and this one is called ${identity.host}`;
    }
    if (chained === null) return undefined;
    if (chained.log_id !== identity.log_id) {
      return 'the checkpoint was signed for another log of this name';
    }
    if (chained.recorded_from === identity.recorded_from) return undefined;
    const [signed, told] = [chained.recorded_from, identity.recorded_from];
    return `the checkpoint was signed for a log recorded here from position ${signed} on, not ${told}`;
  }

  /** What was signed of an earlier cut cannot be compared: the state there went with this one. */
  #ofAnotherCut({ chained }: Checkpoint): string | undefined {
    const stated = chained?.cut;
    const here = this.#cut;
    if (stated === undefined || stated.position < (here?.position ?? 0)) return undefined;
    if (here === undefined || stated.position !== here.position) {
      return `the checkpoint was signed for a log that is cut at position ${stated.position}`;
    }
    if (sameBytes(stated.state_hash, here.state_hash)) return undefined;
    return 'the checkpoint was signed for another state at the cut';
  }

  /** Compares what was signed of positions up to `position` with the log. */
  settle(position: number, stand: Stand): void {
    for (
      let due = this.#stated[this.#compared];
      due !== undefined && due.position <= position;
      due = this.#stated[++this.#compared]
    ) {
      this.#compare(due, stand);
    }
    // Most often there is none left, and the list is not kept.
    if (this.#compared === this.#stated.length && this.#compared > 0) {
      this.#stated = [];
      this.#compared = 0;
    }
    if (this.#kept.every((kept) => kept.position > position)) return;
    for (const kept of this.#kept) if (kept.position <= position) this.#compareKept(kept, stand);
    this.#kept = this.#kept.filter((kept) => kept.position > position);
  }

  /** Everything went by. */
  report(): SignedReport {
    if (this.#wanted.size > 0) {
      const message = 'a checkpoint that is remembered outside the database is no longer stored';
      this.#fault({ message });
      this.#wanted.clear();
    }
    if (this.#required && this.#checkpoints === 0) {
      this.#fault({ message: 'no checkpoint is signed by one of the given keys' });
    }
    return {
      checkpoints: this.#checkpoints,
      proven_to: this.#provenTo,
      keys: [...this.#keys],
      untrusted: this.#untrusted,
      untrusted_keys: [...this.#untrustedKeys],
      kept: this.#keptHeld,
      unchained: this.#unchained,
      before_cut: this.#beforeCut,
      cut_signed: this.#cutSigned,
    };
  }

  #compare(checkpoint: Checkpoint, stand: Stand): void {
    const { position, hash, recorded_at, key_id, chained } = checkpoint;
    const place = { position_from: this.#statedTo + 1, position_to: position };
    if (position !== stand.position) {
      this.#fault({ ...place, message: `a checkpoint of position ${position} has no event` });
      return;
    }
    if (stand.hash === undefined) return;
    if (!sameBytes(stand.hash, hash) || recorded_at !== stand.recordedAt) {
      const message = `the checkpoint of position ${position} was signed for another log`;
      this.#fault({ ...place, message });
      return;
    }
    if (chained?.root && stand.tree && !sameBytes(stand.tree.root(), chained.root)) {
      const message = `the checkpoint of position ${position} was signed for another tree`;
      this.#fault({ ...place, message });
      return;
    }
    this.#statedTo = position;
    if (!this.#trusted.trusts(this.#known.get(key_id) as PublicKey)) {
      this.#untrusted++;
      this.#untrustedKeys.add(key_id);
      return;
    }
    this.#checkpoints++;
    this.#provenTo = position;
    this.#cutSigned ||= chained?.cut !== undefined && chained.cut.position === this.#cut?.position;
    this.#keys.add(key_id);
  }

  #compareKept({ position, hash }: KeptHead, stand: Stand): void {
    const place = { position_from: position, position_to: position };
    if (position !== stand.position) {
      const message = `a kept checkpoint signed position ${position}, and the log does not have it`;
      this.#fault({ ...place, message });
      return;
    }
    if (stand.hash === undefined) return;
    if (sameBytes(stand.hash, hash)) {
      this.#keptHeld++;
      this.#provenTo = Math.max(this.#provenTo, position);
      return;
    }
    const message = `position ${position} has another hash than in a kept checkpoint`;
    // A checkpoint that is stored of the same position may hold: then the fault is there alone.
    const position_from = Math.min(this.#statedTo + 1, position);
    this.#fault({ position_from, position_to: position, message });
  }
}
