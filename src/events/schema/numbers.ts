/** Numbers of the widths that the kernel's structures give them. */
import { z } from 'zod';

export const U32_MAX = 2 ** 32 - 1;
const I32_MIN = -(2 ** 31);
const I32_MAX = 2 ** 31 - 1;

/** An unsigned 32-bit number. */
export const u32 = z.int().min(0).max(U32_MAX);

/** A signed 32-bit number. */
export const i32 = z.int().min(I32_MIN).max(I32_MAX);

/** Whether a value is one of those that `i32` takes. */
export function isI32(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= I32_MIN && (value as number) <= I32_MAX;
}

/** An unsigned 64-bit number, as far as a JSON number is exact (2^53 - 1). */
export const u64 = z.int().min(0);

/** An fd that is open. */
export const openFd = z.int().min(0).max(I32_MAX);

/** A file mode: permission bits and the three above them. */
export const fileMode = z.int().min(0).max(0o7777);
