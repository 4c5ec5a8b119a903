/**
 * Helpers that a release has (`___BPF_FUNC_MAPPER` in include/uapi/linux/bpf.h): a call of another one
 * is refused whatever the program is. Probes of loaders ask by programs that begin with such a call.
 */
import { CALLED, CLASS, classOf, type Insn, isCall } from '../../domain/code/instructions.ts';
import { type Growth, sizeIn } from './attr-ends.ts';

/** The number of the newest helper. */
const NEWEST: Growth = [
  ['5.7', 125],
  ['5.8', 135],
  ['5.9', 141],
  ['5.10', 155],
  ['5.11', 162],
  ['5.12', 163],
  ['5.13', 165],
  ['5.14', 168],
  ['5.15', 175],
  ['5.16', 179],
  ['5.17', 185],
  ['5.18', 193],
  ['5.19', 203],
  ['6.0', 208],
  ['6.1', 209],
  ['6.2', 211],
];
const MOV = 0xb0;

/** The helper that a program calls before it does anything else, if the release does not have it. */
export function unknownHelper(insns: readonly Insn[], release: string): number | undefined {
  const newest = sizeIn(NEWEST, release);
  for (const insn of insns) {
    if (isCall(insn) && insn.src === CALLED.helper) {
      return insn.imm > newest ? insn.imm : undefined;
    }
    const isMove = classOf(insn) === CLASS.alu64 && (insn.code & 0xf0) === MOV;
    if (!isMove) return undefined;
  }
  return undefined;
}
