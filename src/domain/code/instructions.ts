/**
 * A program's instructions as the kernel's passes see them (`struct bpf_insn` in
 * include/uapi/linux/bpf.h), read from the base64 in which a call carries them.
 */
export interface Insn {
  readonly code: number;
  readonly dst: number;
  readonly src: number;
  /** Signed, 16 bits. */
  readonly off: number;
  /** Signed, 32 bits. */
  readonly imm: number;
}

/** The first half of a 64-bit load, which takes two instructions. */
export const LD_IMM64 = 0x18;
/** A call. A kernel looks for functions in this code alone, not in a call of 32-bit jumps. */
export const CALL = 0x85;
export const EXIT = 0x95;
/** A jump to an offset of 16 bits, and one to an offset of 32. */
const JA = 0x05;
const JA32 = 0x06;

/** The low bits of a code: what kind of instruction it is. */
export const CLASS = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, jmp: 5, jmp32: 6, alu64: 7 } as const;

export const classOf = ({ code }: Insn): number => code & 7;
export const isJump = (insn: Insn): boolean =>
  classOf(insn) === CLASS.jmp || classOf(insn) === CLASS.jmp32;
export const isCall = (insn: Insn): boolean => isJump(insn) && (insn.code & 0xf0) === 0x80;
export const isExit = (insn: Insn): boolean => isJump(insn) && (insn.code & 0xf0) === 0x90;
export const isGoto = ({ code }: Insn): boolean => code === JA || code === JA32;

/** Where a jump leads, as an index. */
export function targetOf(insn: Insn, index: number): number {
  return index + 1 + (insn.code === JA32 ? insn.imm : insn.off);
}

/** What the source of a 64-bit load says of its constant (`BPF_PSEUDO_*`). */
export const LOADED = {
  constant: 0,
  mapFd: 1,
  mapValue: 2,
  btfId: 3,
  func: 4,
  mapIdx: 5,
  mapIdxValue: 6,
} as const;
/** What the source of a call says of what is called. */
export const CALLED = { helper: 0, function: 1, kernelFunction: 2 } as const;

const INSN_BYTES = 8;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The six bits of each character, by its code. */
const SIXES = new Uint8Array(128);
for (let value = 0; value < ALPHABET.length; value++) SIXES[ALPHABET.charCodeAt(value)] = value;

/**
 * Reads instructions.
 *
 * @param insns whole instructions of 8 bytes each, in base64
 */
export function readInsns(insns: string): readonly Insn[] {
  const view = new DataView(bytesOf(insns).buffer);
  const list: Insn[] = [];
  for (let at = 0; at + INSN_BYTES <= view.byteLength; at += INSN_BYTES) {
    const registers = view.getUint8(at + 1);
    list.push({
      code: view.getUint8(at),
      dst: registers & 15,
      src: registers >> 4,
      off: view.getInt16(at + 2, true),
      imm: view.getInt32(at + 4, true),
    });
  }
  return list;
}

/** By codes and a table: a list of calls may carry megabytes. What pads the text counts as zeros. */
function bytesOf(base64: string): Uint8Array {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array(Math.floor(((base64.length - padding) * 3) / 4));
  const sixAt = (at: number) => SIXES[base64.charCodeAt(at)] ?? 0;
  for (let from = 0, to = 0; to < bytes.length; from += 4, to += 3) {
    const word =
      (sixAt(from) << 18) | (sixAt(from + 1) << 12) | (sixAt(from + 2) << 6) | sixAt(from + 3);
    bytes[to] = word >> 16;
    bytes[to + 1] = word >> 8;
    bytes[to + 2] = word;
  }
  return bytes;
}
