/**
 * What the verifier certainly finds (`do_check` in kernel/bpf/verifier.c): it follows a program from
 * its first instruction, so all that is wrong before the first branch or call of a helper is refused
 * for sure. A program that ends on that line is known wholly; of any other, the rest is the
 * verifier's to say.
 */
import { refusal } from '../decision.ts';
import type { Refusal } from '../outcome.ts';
import type { ProgType } from '../prog-type.ts';
import { helpersOf } from './allowed-calls.ts';
import {
  type Access,
  accessOf,
  hooksDiffer,
  isLate,
  isNoField,
  isPacket,
} from './context-fields.ts';
import {
  CALLED,
  CLASS,
  classOf,
  EXIT,
  type Insn,
  isCall,
  isExit,
  isGoto,
  isJump,
  LD_IMM64,
  LOADED,
} from './instructions.ts';

/** What is known of a program; of one that is not followed to its end, nothing is. */
export interface KnownOfProgram {
  readonly refused?: Refusal;
  /** It ends with this constant, or with a number of which nothing is known. */
  readonly returns?: number | 'anything';
  /** It ends so if the verifier takes it at all, which is not certain. */
  readonly unsure?: true;
}

/** What a register holds; a register without an entry was never written. */
type RegisterValue = number | 'number' | 'context' | 'stack' | 'pointer' | 'packet';

const REGISTERS = 11;
const FRAME = 10;
/** Registers up to here are arguments of a call, and hold nothing after it. */
const LAST_ARGUMENT = 5;
/** `bpf_get_local_storage`. */
export const GET_LOCAL_STORAGE = 81;
const STACK_BYTES = 512;
const MOV = 0xb0;
const MOV64_IMM = 0xb7;
const MOV32_IMM = 0xb4;
const MOV64_REG = 0xbf;
/** Arithmetic on one register: negation and byte swaps. */
const ONE_OPERAND: readonly number[] = [0x80, 0xd0];
/** Of conditional jumps, JSLE is the last that compares; may_goto compares nothing. */
const LAST_COMPARISON = 0xd0;
const UNDECIDED: KnownOfProgram = {};

/** Whose program it is. */
interface Followed {
  readonly type: ProgType;
  readonly hasBpf: boolean;
}

/** Follows a program of a type, whose form is known to be good. */
export function followProgram(insns: readonly Insn[], followed: Followed): KnownOfProgram {
  if (helpersOf(followed.type) === undefined) return UNDECIDED;
  const line = new StraightLine(followed);
  for (let index = 0; index < insns.length; index++) {
    const insn = insns[index] as Insn;
    const known = line.step(insn, index, insns[index + 1]?.imm ?? 0);
    if (known !== undefined) return known;
    if (insn.code === LD_IMM64) index++;
  }
  return UNDECIDED;
}

class StraightLine {
  readonly #type: ProgType;
  readonly #hasBpf: boolean;
  /** Where pointers stand on the stack: what is written over a part of one, not all may. */
  readonly #spilled = new Set<number>();
  /** A helper was called that looks at more than is known here. */
  #isUnsure = false;
  readonly #held = new Map<number, RegisterValue>([
    [1, 'context'],
    [FRAME, 'stack'],
  ]);

  constructor({ type, hasBpf }: Followed) {
    this.#type = type;
    this.#hasBpf = hasBpf;
  }

  /**
   * Takes one instruction; undefined when the line goes on behind it.
   *
   * @param next the constant of the instruction behind it, of which a 64-bit load takes its upper half
   */
  step(insn: Insn, index: number, next: number): KnownOfProgram | undefined {
    switch (classOf(insn)) {
      case CLASS.alu:
      case CLASS.alu64:
        return this.#move(insn, index);
      case CLASS.ld:
        return this.#loadConstant(insn, index, next);
      case CLASS.ldx:
        return this.#load(insn, index);
      case CLASS.st:
      case CLASS.stx:
        return this.#store(insn, index);
      default:
        if (isExit(insn)) return this.#exit(insn, index);
        return isCall(insn) ? this.#call(insn, index) : this.#operands(insn, index);
    }
  }

  #move(insn: Insn, index: number): KnownOfProgram | undefined {
    const { code, dst, src, off, imm } = insn;
    if ((code & 0xf0) !== MOV) return this.#operands(insn, index);
    const byRegister = (code & 8) !== 0;
    // A move by register with an offset is a sign extension (6.6).
    if (byRegister && off !== 0) return UNDECIDED;
    if (off !== 0 || (byRegister ? imm !== 0 : src !== 0)) return refuseReserved(index);
    const from = byRegister ? this.#read(src, index) : imm;
    if (typeof from === 'object') return from;
    if (code === MOV64_IMM) return this.#write(dst, imm, index);
    if (code === MOV32_IMM) return this.#write(dst, imm >>> 0, index);
    if (code !== MOV64_REG) return UNDECIDED;
    return this.#write(dst, from, index);
  }

  /**
   * A conditional jump or arithmetic: what comes of it is not known here, but that its registers must
   * hold something. Where it has another flaw as well, which one is told first differs by kernel.
   */
  #operands(insn: Insn, index: number): KnownOfProgram | undefined {
    const { code, dst, src, off, imm } = insn;
    const operation = code & 0xf0;
    const byRegister = (code & 8) !== 0;
    const jumps = isJump(insn);
    if (jumps ? isGoto(insn) || operation > LAST_COMPARISON : ONE_OPERAND.includes(operation)) {
      return UNDECIDED;
    }
    const isOdd = (byRegister ? imm !== 0 : src !== 0) || (!jumps && off !== 0);
    if (isOdd || dst >= REGISTERS || src >= REGISTERS) return UNDECIDED;
    const other = byRegister ? this.#read(src, index) : imm;
    if (typeof other === 'object') return other;
    const own = this.#read(dst, index);
    return typeof own === 'object' ? own : UNDECIDED;
  }

  /** The upper half of the constant stands in the second instruction. */
  #loadConstant(insn: Insn, index: number, high: number): KnownOfProgram | undefined {
    if (insn.code !== LD_IMM64) return UNDECIDED;
    if (insn.off !== 0) return refuseInsn('EINVAL', index, 'uses reserved fields');
    const constant = (high >>> 0) * 2 ** 32 + (insn.imm >>> 0);
    // What BTF and the functions that it describes are, is not looked at.
    if (insn.src === LOADED.btfId || insn.src === LOADED.func) return UNDECIDED;
    return this.#write(insn.dst, insn.src === LOADED.constant ? constant : 'pointer', index);
  }

  #load(insn: Insn, index: number): KnownOfProgram | undefined {
    // Sign-extending loads came in 6.6.
    if ((insn.code & 0xe0) !== 0x60) return UNDECIDED;
    const from = this.#read(insn.src, index);
    if (typeof from === 'object') return from;
    const written = this.#write(insn.dst, 'number', index);
    if (written !== undefined) return written;
    if (typeof from === 'number' || from === 'number') return notMemory(index, insn.src);
    if (from !== 'context') return UNDECIDED;
    const access = accessOf(insn);
    if (isNoField(this.#type, access, 'read')) return this.#noField(access, index, 'reads');
    if (isPacket(this.#type, access)) {
      if (!this.#hasBpf) return this.#noField(access, index, 'reads');
      return this.#write(insn.dst, 'packet', index);
    }
    // Eight bytes are a pointer or a time; a field that one hook has another may lack, or one that
    // came later an older kernel.
    const isSure = access.width !== 8 && !hooksDiffer(this.#type) && !isLate(this.#type, access);
    return isSure ? undefined : UNDECIDED;
  }

  #store(insn: Insn, index: number): KnownOfProgram | undefined {
    const { code, dst, src, imm, off } = insn;
    if ((code & 0xe0) !== 0x60) return UNDECIDED;
    const isConstant = classOf(insn) === CLASS.st;
    if (isConstant ? src !== 0 : imm !== 0) return refuseReserved(index);
    const value = isConstant ? imm : this.#read(src, index);
    if (typeof value === 'object') return value;
    const to = this.#read(dst, index);
    if (typeof to === 'object') return to;
    if (typeof to === 'number' || to === 'number') return notMemory(index, dst);
    const access = accessOf(insn);
    if (to === 'context') {
      return isNoField(this.#type, access, 'write')
        ? this.#noField(access, index, 'writes')
        : UNDECIDED;
    }
    if (to !== 'stack') return UNDECIDED;
    const inside = off >= -STACK_BYTES && off + access.width <= 0;
    if (!inside) return refuseInsn('EACCES', index, `writes at ${off} of the stack`);
    const isPointer = typeof value === 'string' && value !== 'number';
    if (isPointer && access.width !== 8)
      return refuseInsn('EACCES', index, 'spills half a pointer');
    return off % access.width === 0 ? this.#fillStack(access, isPointer) : UNDECIDED;
  }

  /** What is written over a part of a pointer, the verifier of the unprivileged refuses. */
  #fillStack({ offset, width }: Access, isPointer: boolean): KnownOfProgram | undefined {
    const slot = Math.floor(offset / 8);
    if (width !== 8 && this.#spilled.has(slot)) return UNDECIDED;
    if (isPointer) this.#spilled.add(slot);
    else this.#spilled.delete(slot);
    return undefined;
  }

  #call({ code, dst, src, imm, off }: Insn, index: number): KnownOfProgram | undefined {
    if (src !== CALLED.helper || (code & 8) !== 0) return UNDECIDED;
    if (dst !== 0 || off !== 0 || (code & 7) !== CLASS.jmp) return refuseReserved(index);
    if (helpersOf(this.#type)?.has(imm) === true) {
      return imm === GET_LOCAL_STORAGE ? this.#getStorage() : UNDECIDED;
    }
    const about = { prog_type: this.#type, helper: imm, insn: index };
    return { refused: refusal('EINVAL', 'helper-unknown-to-type', about) };
  }

  /** The map must be one of storages, which is not looked at here; what it gives is memory. */
  #getStorage(): KnownOfProgram | undefined {
    if (this.#held.get(1) !== 'pointer' || this.#held.get(2) !== 0) return UNDECIDED;
    this.#isUnsure = true;
    for (let register = 1; register <= LAST_ARGUMENT; register++) this.#held.delete(register);
    this.#held.set(0, 'pointer');
    return undefined;
  }

  #exit({ code, dst, src, imm }: Insn, index: number): KnownOfProgram {
    if (code !== EXIT || dst !== 0 || src !== 0 || imm !== 0) return refuseReserved(index);
    const value = this.#read(0, index);
    if (typeof value === 'object') return value;
    if (typeof value === 'number') {
      return this.#isUnsure ? { returns: value, unsure: true } : { returns: value };
    }
    if (this.#isUnsure) return UNDECIDED;
    return value === 'number' ? { returns: 'anything' } : UNDECIDED;
  }

  /** What a register holds, or that it may not be read. */
  #read(register: number, index: number): RegisterValue | { readonly refused: Refusal } {
    if (register >= REGISTERS) return refuseInsn('EINVAL', index, `names register ${register}`);
    const held = this.#held.get(register);
    return held ?? refuseInsn('EACCES', index, `reads register ${register}, which holds nothing`);
  }

  #write(register: number, value: RegisterValue, index: number): KnownOfProgram | undefined {
    if (register >= REGISTERS) return refuseInsn('EINVAL', index, `names register ${register}`);
    if (register === FRAME) return refuseInsn('EACCES', index, 'writes the frame pointer');
    this.#held.set(register, value);
    return undefined;
  }

  #noField({ offset, width }: Access, index: number, does: string): KnownOfProgram {
    return refuseInsn('EACCES', index, `${does} ${width} bytes at ${offset} of its context`);
  }
}

function refuseInsn(errno: 'EINVAL' | 'EACCES', insn: number, what: string): { refused: Refusal } {
  const rule = errno === 'EINVAL' ? 'instructions-malformed' : 'instruction-not-allowed';
  return { refused: refusal(errno, rule, { insn, what }) };
}

function refuseReserved(index: number): KnownOfProgram {
  return refuseInsn('EINVAL', index, 'uses reserved fields');
}

function notMemory(index: number, register: number): KnownOfProgram {
  return refuseInsn('EACCES', index, `takes register ${register}, a number, for memory`);
}
