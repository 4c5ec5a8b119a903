/** Gives the operating system the memory that the C library keeps free. */
import { loadKoffi } from './koffi.ts';

let binding: Promise<(() => void) | undefined> | undefined;

/**
 * Trims the arenas of all threads (`malloc_trim(3)`), on a thread that nobody waits for. Does
 * nothing without koffi, and with another C library than glibc, which has no arenas.
 */
export async function trimMemory(): Promise<void> {
  binding ??= bindTrim();
  const trim = await binding;
  trim?.();
}

async function bindTrim(): Promise<(() => void) | undefined> {
  try {
    const koffi = await loadKoffi();
    const trim = koffi.load(null).func('int malloc_trim(size_t pad)');
    return () => trim.async(0, () => undefined);
  } catch {
    return undefined;
  }
}
