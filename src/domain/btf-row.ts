/** Types that BTF_LOAD took. Those of the kernel and its modules have no row (`btf.ts`). */
export interface Btf {
  readonly id: number;
  /** Open file descriptions, programs and maps. */
  refs: number;
}
