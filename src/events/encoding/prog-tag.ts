/**
 * A program's tag: the first 8 bytes of a hash over its instructions, with the map references set
 * to zero (`bpf_prog_calc_tag` in kernel/bpf/core.c; SHA-1 up to 6.17, SHA-256 since).
 */
import { hash } from 'node:crypto';
import { readInsns } from '../../domain/code/instructions.ts';
import { type MapReference, mapReferences } from '../../domain/code/map-references.ts';

const INSN_BYTES = 8;
const LD_IMM64 = 0x18;
const MOV64_IMM = 0xb7;
const EXIT = 0x95;
const PSEUDO_MAP_FD = 1;
const PSEUDO_MAP_VALUE = 2;

export interface ProgTag {
  readonly sha1: string;
  readonly sha256: string;
}

/** What the instructions of a program say about it. */
export interface ProgFacts {
  readonly tag: ProgTag;
  readonly insn_cnt: number;
  /** The constant that it returns, when it is just `r0 = constant; exit`. */
  readonly ret?: number;
}

/** The maps that instructions name by fds, and the number of fds that their indexes want. */
export function namedMaps(insns: string): {
  readonly fds: readonly number[];
  readonly fdArrayMin: number;
} {
  const references = mapReferences(readInsns(insns));
  const numbers = (by: MapReference['by']) =>
    references.filter((reference) => reference.by === by).map(({ number }) => number);
  return { fds: numbers('fd'), fdArrayMin: Math.max(0, ...numbers('fd_array').map((i) => i + 1)) };
}

/** Whether the instruction at `offset` is the first half of a map reference. */
function refersToMap(insns: Buffer, offset: number): boolean {
  const source = (insns[offset + 1] ?? 0) >> 4;
  return insns[offset] === LD_IMM64 && (source === PSEUDO_MAP_FD || source === PSEUDO_MAP_VALUE);
}

function withoutMaps(insns: Buffer): Buffer {
  const bare = Buffer.from(insns);
  for (let at = 0; at < bare.length; at += INSN_BYTES) {
    if (bare[at] !== LD_IMM64) continue;
    if (refersToMap(bare, at)) {
      bare.writeInt32LE(0, at + 4);
      if (at + 2 * INSN_BYTES <= bare.length) bare.writeInt32LE(0, at + INSN_BYTES + 4);
    }
    at += INSN_BYTES;
  }
  return bare;
}

function tagOf(insns: Buffer): ProgTag {
  const bare = withoutMaps(insns);
  const head = (algorithm: string) => hash(algorithm, bare, 'hex').slice(0, 16);
  return { sha1: head('sha1'), sha256: head('sha256') };
}

/** `r0 = ret; exit`: the program when a call has no instructions. */
function returning(ret: number): Buffer {
  const insns = Buffer.alloc(2 * INSN_BYTES);
  insns[0] = MOV64_IMM;
  insns.writeInt32LE(ret, 4);
  insns[INSN_BYTES] = EXIT;
  return insns;
}

/**
 * Reads a program's instructions.
 *
 * @param insns whole instructions of 8 bytes each
 */
export function factsOf(insns: Buffer): ProgFacts {
  const facts = { tag: tagOf(insns), insn_cnt: insns.length / INSN_BYTES };
  const plain = insns.length === 2 * INSN_BYTES && returning(insns.readInt32LE(4)).equals(insns);
  return plain ? { ...facts, ret: insns.readInt32LE(4) } : facts;
}

/** Return values whose tags are kept: programs return small constants. */
const KEPT_MAX = 256;
const kept = new Map<number, ProgTag>();

/** The tag of `r0 = ret; exit`. */
export function tagOfReturning(ret: number): ProgTag {
  const known = kept.get(ret);
  if (known !== undefined) return known;
  const tag = tagOf(returning(ret));
  if (kept.size < KEPT_MAX) kept.set(ret, tag);
  return tag;
}
