/** Puts the cut of a bundle together: its line, and the pieces of the state there. */
import { inflateSync } from 'node:zlib';
import type { Kernel } from '../../domain/kernel.ts';
import { restoreKernel } from '../../domain/snapshot.ts';
import { isStateOf, type NewCut, rootsOf } from '../cuts.ts';
import { bytesOf } from '../encoding/hex.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import { SNAPSHOT_VERSION, snapshotText } from '../reading/snapshots.ts';
import type { LineOf } from './bundle-line.ts';

/** Bytes of a packed state at most. */
const PACKED_BYTES_MAX = 128 * 1024 * 1024;
/** Bytes of a state at most: a million rows. */
const STATE_BYTES_MAX = 400 * 1024 * 1024;

export class CutReading {
  readonly #line: LineOf<'cut'>;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #finished = false;

  constructor(line: LineOf<'cut'>) {
    this.#line = line;
  }

  get position(): number {
    return this.#line.position;
  }

  /** Takes the next piece; false when it can be none. */
  add(piece: Uint8Array): boolean {
    this.#bytes += piece.length;
    if (this.#finished || this.#bytes > PACKED_BYTES_MAX) return false;
    this.#pieces.push(piece);
    return true;
  }

  /** The whole cut, or why there is none; undefined when it was finished before. */
  finish(): NewCut | { readonly message: string } | undefined {
    if (this.#finished) return undefined;
    this.#finished = true;
    const { tree, hash, state_hash, version, type: _, ...rest } = this.#line;
    if (version !== SNAPSHOT_VERSION) {
      return { message: `the state at the cut has version ${version}, not ${SNAPSHOT_VERSION}` };
    }
    const text = this.#text();
    if (text === undefined || !isStateOf({ state_hash: bytesOf(state_hash) }, text)) {
      return { message: 'the state at the cut cannot be unpacked, or has another hash' };
    }
    const roots = rootsOf(bytesOf(tree));
    // As many as the position has ones: each is a full subtree.
    const ones = rest.position.toString(2).replaceAll('0', '').length;
    if (roots.length !== ones) return { message: 'the tree at the cut is of another position' };
    return { ...rest, hash: bytesOf(hash), tree: roots, text };
  }

  #text(): string | undefined {
    try {
      const packed = Buffer.concat(this.#pieces);
      return inflateSync(packed, { maxOutputLength: STATE_BYTES_MAX }).toString('utf8');
    } catch {
      return undefined;
    }
  }
}

/** The state at a cut, which has to be written as its text is. Throws `DamagedLog` for another text. */
export function stateOf({ position, text }: Pick<NewCut, 'position' | 'text'>): Kernel {
  let kernel: Kernel;
  try {
    kernel = restoreKernel(JSON.parse(text));
  } catch (cause) {
    throw new DamagedLog(position, 'the state at the cut cannot be read', { cause });
  }
  if (snapshotText(kernel) === text) return kernel;
  throw new DamagedLog(position, 'the state at the cut has more than a state has');
}
