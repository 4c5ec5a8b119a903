/** Types with which the compiler proves that a schema and a domain type are equal. */

/** `T` with every field, at any depth, read-only and every intersection written out. */
type Plain<T> = T extends object ? { readonly [K in keyof T]: Plain<T[K]> } : T;

type Identical<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** `true` when both types have the same variants with the same fields, optional ones included. */
export type Same<A, B> = Identical<Plain<A>, Plain<B>>;
