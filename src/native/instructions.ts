/**
 * The smallest programs that do what a call says: return a constant, and use or mention maps
 * (semantics §25; encoding of `struct bpf_insn` in include/uapi/linux/bpf.h).
 */
const MOV64_IMM = 0xb7;
const MOV64_REG = 0xbf;
const ADD64_IMM = 0x07;
const ST_MEM_DW = 0x7a;
const LD_IMM64 = 0x18;
const CALL = 0x85;
const EXIT = 0x95;
/** The meaning of the source register of a 64-bit load (`BPF_PSEUDO_*`). */
const PSEUDO_MAP_FD = 1;
const PSEUDO_MAP_VALUE = 2;
const PSEUDO_FUNC = 4;
/** The meaning of the source register of a call: a helper, or a function of the program. */
const HELPER_CALL = 0;
const PSEUDO_CALL = 1;

const R1 = 1;
const R2 = 2;
const FRAME = 10;

const MAP_LOOKUP_ELEM = 1;
const GET_LOCAL_STORAGE = 81;

/** Bytes of an instruction. */
export const INSN_BYTES = 8;
/** Stack of a program: the longest key that can be looked up from it. */
export const STACK_BYTES = 512;

/** A map as a program uses it. */
export interface UsedMap {
  readonly fd: number;
  readonly use: 'mention' | 'storage' | 'lookup';
  /** Bytes of a key that is looked up. */
  readonly keyBytes: number;
}

/** Instructions that use each map once and return a constant. */
export function assemble(ret: number, maps: readonly UsedMap[]): Buffer {
  return Buffer.concat([
    ...maps.flatMap(useMap),
    insn({ code: MOV64_IMM, imm: ret }),
    insn({ code: EXIT }),
  ]);
}

function useMap({ fd, use, keyBytes }: UsedMap): Buffer[] {
  const map = [insn({ code: LD_IMM64, dst: R1, src: PSEUDO_MAP_FD, imm: fd }), insn({ code: 0 })];
  if (use === 'mention') return map;
  if (use === 'storage') {
    return [
      ...map,
      insn({ code: MOV64_IMM, dst: R2 }),
      insn({ code: CALL, imm: GET_LOCAL_STORAGE }),
    ];
  }
  const words = Math.ceil(Math.min(Math.max(keyBytes, 1), STACK_BYTES) / 8);
  const key = Array.from({ length: words }, (_, i) =>
    insn({ code: ST_MEM_DW, dst: FRAME, off: -8 * (i + 1) }),
  );
  const pointer = [
    insn({ code: MOV64_REG, dst: R2, src: FRAME }),
    insn({ code: ADD64_IMM, dst: R2, imm: -8 * words }),
  ];
  return [...key, ...map, ...pointer, insn({ code: CALL, imm: MAP_LOOKUP_ELEM })];
}

/** Replaces the map fds of instructions, as `realOf` says. */
export function replaceMapFds(insns: Buffer, realOf: (fd: number) => number): Buffer {
  const replaced = Buffer.from(insns);
  for (const { offset, source } of loadsAndCalls(insns)) {
    if (insns[offset] !== LD_IMM64) continue;
    if (source !== PSEUDO_MAP_FD && source !== PSEUDO_MAP_VALUE) continue;
    replaced.writeInt32LE(realOf(insns.readInt32LE(offset + 4)), offset + 4);
  }
  return replaced;
}

/**
 * Finds the first instruction that names something else than maps by their fds, helpers and
 * functions of the program: a variable or a function of the kernel, or a map by a list that is not
 * passed.
 *
 * @returns its index
 */
export function findReachingOut(insns: Buffer): number | undefined {
  for (const { offset, source } of loadsAndCalls(insns)) {
    const known = insns[offset] === CALL ? KNOWN_CALLS : KNOWN_LOADS;
    if (!known.includes(source)) return offset / INSN_BYTES;
  }
  return undefined;
}

const KNOWN_LOADS: readonly number[] = [0, PSEUDO_MAP_FD, PSEUDO_MAP_VALUE, PSEUDO_FUNC];
const KNOWN_CALLS: readonly number[] = [HELPER_CALL, PSEUDO_CALL];

/** The instructions that can name something, with the number of their source register. */
function* loadsAndCalls(insns: Buffer): Generator<{ offset: number; source: number }> {
  for (let offset = 0; offset + INSN_BYTES <= insns.length; offset += INSN_BYTES) {
    const code = insns[offset];
    if (code !== LD_IMM64 && code !== CALL) continue;
    yield { offset, source: (insns[offset + 1] ?? 0) >> 4 };
    // A 64-bit load has a second half, which is not an instruction.
    if (code === LD_IMM64) offset += INSN_BYTES;
  }
}

function insn(fields: {
  code: number;
  dst?: number;
  src?: number;
  off?: number;
  imm?: number;
}): Buffer {
  const { code, dst = 0, src = 0, off = 0, imm = 0 } = fields;
  const bytes = Buffer.alloc(INSN_BYTES);
  bytes.writeUInt8(code, 0);
  bytes.writeUInt8((src << 4) | dst, 1);
  bytes.writeInt16LE(off, 2);
  bytes.writeInt32LE(imm | 0, 4);
  return bytes;
}
