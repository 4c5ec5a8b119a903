/** Rows about BTF (semantics §28). */

/** Types that BTF_LOAD took. Those of the kernel and its modules have no row (`btf.ts`). */
export interface Btf {
  readonly id: number;
  /** Bytes of the types; 0 where nobody told. */
  size: number;
  /** Open file descriptions, programs and maps. */
  refs: number;
}

/** What a program has to do with BTF: nearly all nothing, so they share one. */
export interface ProgramBtf {
  /** The kernel's function that it is attached to, by its BTF; 0 for none. */
  readonly attach_btf_id: number;
  /** BTF objects that it holds. */
  readonly held: readonly number[];
}

export const NO_BTF: ProgramBtf = { attach_btf_id: 0, held: [] };
