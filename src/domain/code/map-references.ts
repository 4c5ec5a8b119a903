/**
 * The maps that instructions name (`resolve_pseudo_ldimm64` in kernel/bpf/verifier.c): by an fd, or
 * by an index into the fds that the call passes beside them.
 */
import { type Insn, LD_IMM64, LOADED } from './instructions.ts';

/** One 64-bit load of a map, or of an address in a map's value. */
export interface MapReference {
  /** Of the instruction. */
  readonly index: number;
  readonly by: 'fd' | 'fd_array';
  readonly number: number;
  /** Where in the value; undefined when the map itself is meant. */
  readonly offset?: number;
}

/** What a 64-bit load names; undefined when it is not a map. */
export function mapReference(insns: readonly Insn[], index: number): MapReference | undefined {
  const insn = insns[index];
  if (insn?.code !== LD_IMM64) return undefined;
  const { src, imm: number } = insn;
  const offset = (insns[index + 1]?.imm ?? 0) >>> 0;
  switch (src) {
    case LOADED.mapFd:
      return { index, by: 'fd', number };
    case LOADED.mapIdx:
      return { index, by: 'fd_array', number };
    case LOADED.mapValue:
      return { index, by: 'fd', number, offset };
    case LOADED.mapIdxValue:
      return { index, by: 'fd_array', number, offset };
    default:
      return undefined;
  }
}

/** Every map reference, in the order of the instructions. */
export function mapReferences(insns: readonly Insn[]): MapReference[] {
  const found: MapReference[] = [];
  for (let index = 0; index < insns.length; index++) {
    const reference = mapReference(insns, index);
    if (reference !== undefined) found.push(reference);
    // The second half is not an instruction.
    if (insns[index]?.code === LD_IMM64) index++;
  }
  return found;
}
