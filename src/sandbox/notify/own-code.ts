/**
 * The thread that starts a program is bound by the program's filter to its end, and whoever answers may
 * be waiting for that very thread: it wakes others by write(2), and its libc opens files when it frees
 * memory. Such calls must not be asked about. They are told by the code that makes them, our libc, which
 * lies elsewhere in every other program.
 */
import { readFileSync } from 'node:fs';
import type { OwnCode } from './filter.ts';

/** glibc, and musl, which is its own loader. */
const LIBC = /(?:\/libc\.so\.6|\/libc-[\d.]+\.so|\/ld-musl-[^/]+)$/u;
/** `ADDR_NO_RANDOMIZE` of personality(2). */
const NOT_RANDOM = 0x0040000;

/** @returns undefined where all programs have their code at the same place, or Node brings its libc in itself */
export function ownCode(
  maps = readFileSync('/proc/self/maps', 'utf8'),
  isRandom = isRandomHere(),
): OwnCode | undefined {
  if (!isRandom) return undefined;
  for (const line of maps.split('\n')) {
    const [, from, to, path] = /^([\da-f]+)-([\da-f]+) r-xp \S+ \S+ \d+\s+(.*)$/u.exec(line) ?? [];
    if (from === undefined || to === undefined || !LIBC.test(path ?? '')) continue;
    const [start, end] = [BigInt(`0x${from}`), BigInt(`0x${to}`)];
    // The filter compares halves of an address.
    if (start >> 32n === end >> 32n) return { start, end };
  }
  return undefined;
}

function isRandomHere(): boolean {
  const own = Number.parseInt(readFileSync('/proc/self/personality', 'utf8'), 16);
  const all = readFileSync('/proc/sys/kernel/randomize_va_space', 'utf8').trim();
  return (own & NOT_RANDOM) === 0 && all !== '0';
}
