/**
 * The passes over a program that look at its form alone (kernel/bpf/verifier.c): where functions
 * begin and jumps lead (`add_subprog_and_kfunc`, `check_subprogs`), which instructions there are
 * (`resolve_pseudo_ldimm64`), and which of them are ever reached (`check_cfg`). What they refuse is
 * no program, whatever it was meant to do.
 */
import { refusal } from '../decision.ts';
import type { Refusal } from '../outcome.ts';
import {
  CALL,
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
  targetOf,
} from './instructions.ts';

const flaw = (insn: number, what: string): Refusal =>
  refusal('EINVAL', 'instructions-malformed', { insn, what });

/**
 * What is wrong with the functions of a program and with where its jumps lead. Only who has CAP_BPF
 * calls functions: another is refused at the first call, wherever it leads.
 */
export function badFunctions(insns: readonly Insn[], hasBpf: boolean): Refusal | undefined {
  const call = hasBpf ? -1 : insns.findIndex((insn) => usesFunction(insn));
  if (call >= 0) return refusal('EPERM', 'functions-need-bpf', { insn: call });
  const starts = functionStarts(insns);
  if (!Array.isArray(starts)) return starts;
  for (const [i, start] of starts.entries()) {
    const end = starts[i + 1] ?? insns.length;
    for (let index = start; index < end; index++) {
      const insn = insns[index] as Insn;
      if (isJump(insn) && !isCall(insn) && !isExit(insn)) {
        const target = targetOf(insn, index);
        if (target < start || target >= end) return flaw(index, `jumps to instruction ${target}`);
      }
      const ends = insn.code === EXIT || isGoto(insn);
      if (index === end - 1 && !ends) return flaw(index, 'is the last and neither exit nor a jump');
    }
  }
  return undefined;
}

/** How many functions a program has, whose functions are good. */
export function countFunctions(insns: readonly Insn[]): number {
  const starts = functionStarts(insns);
  return Array.isArray(starts) ? starts.length : 0;
}

/** Where functions begin, lowest first. */
function functionStarts(insns: readonly Insn[]): number[] | Refusal {
  const starts = new Set([0]);
  for (const [index, insn] of insns.entries()) {
    if (!startsFunction(insn)) continue;
    const target = index + 1 + insn.imm;
    if (target < 0 || target >= insns.length) return flaw(index, `calls instruction ${target}`);
    starts.add(target);
  }
  return [...starts].sort((a, b) => a - b);
}

/** A function of the program, or one of the kernel. */
function usesFunction(insn: Insn): boolean {
  return startsFunction(insn) || (insn.code === CALL && insn.src === CALLED.kernelFunction);
}

/** `bpf_pseudo_func`, `bpf_pseudo_call` */
function startsFunction(insn: Insn): boolean {
  if (insn.code === LD_IMM64) return insn.src === LOADED.func;
  return insn.code === CALL && insn.src === CALLED.function;
}

/** What is wrong with one instruction by itself; of a 64-bit load, with its two halves. */
export function badInstruction(insns: readonly Insn[], index: number): Refusal | undefined {
  const insn = insns[index] as Insn;
  if (classOf(insn) === CLASS.ldx && insn.imm !== 0) return flaw(index, 'uses reserved fields');
  if (insn.code !== LD_IMM64) {
    return OPCODES.has(insn.code) ? undefined : flaw(index, `has the unknown code ${insn.code}`);
  }
  const second = insns[index + 1];
  const isWhole =
    second !== undefined && second.code + second.dst + second.src === 0 && second.off === 0;
  if (!isWhole) return flaw(index, 'is a 64-bit load without a second half');
  if (insn.src > LOADED.mapIdxValue) return flaw(index, 'is a 64-bit load of an unknown kind');
  const namesMap = insn.src === LOADED.mapFd || insn.src === LOADED.mapIdx;
  return namesMap && second.imm !== 0 ? flaw(index, 'names a map and has an offset') : undefined;
}

/**
 * What is wrong with the ways through a program: instructions that no way leads to, half loads, and
 * for who lacks CAP_BPF, ways that come back.
 */
export function badWays(insns: readonly Insn[], hasBpf: boolean): Refusal | undefined {
  const reached = new Uint8Array(insns.length);
  const open = [0];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (reached[index] === 1) continue;
    reached[index] = 1;
    open.push(...successors(insns, index));
  }
  for (let index = 0; index < insns.length; index++) {
    if (reached[index] === 0) return flaw(index, 'is never reached');
    if ((insns[index] as Insn).code !== LD_IMM64) continue;
    if (reached[++index] === 1) return flaw(index, 'is jumped to and is half a load');
  }
  const back = hasBpf ? undefined : loopIn(insns);
  return back === undefined ? undefined : flaw(back, 'leads back to where the program has been');
}

/** The instruction whose jump closes a circle; found as `check_cfg` does, depth first. */
function loopIn(insns: readonly Insn[]): number | undefined {
  const [unseen, onWay, left] = [0, 1, 2];
  const states = new Uint8Array(insns.length).fill(unseen);
  const way: { readonly index: number; readonly next: number[] }[] = [];
  const enter = (index: number) => {
    states[index] = onWay;
    way.push({ index, next: successors(insns, index) });
  };
  enter(0);
  for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
    const next = last.next.pop();
    if (next === undefined) {
      states[last.index] = left;
      way.pop();
    } else if (states[next] === onWay) {
      return last.index;
    } else if (states[next] === unseen) {
      enter(next);
    }
  }
  return undefined;
}

function successors(insns: readonly Insn[], index: number): number[] {
  const insn = insns[index] as Insn;
  if (insn.code === LD_IMM64) {
    return insn.src === LOADED.func ? [index + 2, index + 1 + insn.imm] : [index + 2];
  }
  if (!isJump(insn)) return [index + 1];
  if (isExit(insn)) return [];
  if (isCall(insn)) {
    return insn.src === CALLED.function ? [index + 1, index + 1 + insn.imm] : [index + 1];
  }
  const target = targetOf(insn, index);
  return isGoto(insn) ? [target] : [index + 1, target];
}

/** `bpf_opcode_in_insntable`, those of later releases included. */
const OPCODES: ReadonlySet<number> = new Set([
  ...arithmetic(CLASS.alu),
  ...arithmetic(CLASS.alu64),
  ...jumps(CLASS.jmp),
  ...jumps(CLASS.jmp32),
  // Negation, byte swaps, calls, exit, may_goto.
  ...[0x84, 0x87, 0xd4, 0xdc, 0xd7, 0x05, 0x06, 0x85, 0x95, 0xe5],
  // Loads and stores by size, sign-extending loads, atomics, packet loads.
  ...[0x61, 0x69, 0x71, 0x79, 0x81, 0x89, 0x91, 0x62, 0x6a, 0x72, 0x7a, 0x63, 0x6b, 0x73, 0x7b],
  ...[0xc3, 0xdb, 0xcb, 0xd3, 0x18, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50],
]);

/** Operations with a constant and with a register. */
function arithmetic(of: number): number[] {
  const operations = [0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0, 0xb0, 0xc0];
  return operations.flatMap((operation) => [operation | of, operation | of | 8]);
}

function jumps(of: number): number[] {
  const operations = [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0];
  return operations.flatMap((operation) => [operation | of, operation | of | 8]);
}
