/**
 * How the kernel sees a `union bpf_attr` (semantics §5): fields beyond the size that the caller
 * passes are zero, a field cut in two keeps its low bytes, and bytes beyond a command's last field
 * must be zero (`CHECK_ATTR`).
 */

/** The value the kernel reads from an unsigned field at `offset` of an attr of `size` bytes. */
export function readField(
  value: number,
  offset: number,
  width: 4 | 8,
  size: number | undefined,
): number {
  if (size === undefined || size >= offset + width) return value;
  if (size <= offset) return 0;
  return value % 2 ** (8 * (size - offset));
}

/** As `readField`, for an fd: a signed 32-bit number. */
export function readFd(fd: number | undefined, offset: number, size: number | undefined): number {
  return readField((fd ?? 0) >>> 0, offset, 4, size) | 0;
}

/** Whether an 8-byte field has a non-zero byte at or after `end` of the attr. */
export function reachesPast(value: number, offset: number, width: 4 | 8, end: number): boolean {
  if (value === 0 || end >= offset + width) return false;
  return end <= offset || Math.floor(value / 2 ** (8 * (end - offset))) !== 0;
}
