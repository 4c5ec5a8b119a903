/** Types with which the compiler proves that a schema and a domain type are one. */

/** `T` with every field, at any depth, read-only. */
export type DeepReadonly<T> = T extends object
  ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
  : T;

/** `true` when each type can stand for the other. */
export type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
