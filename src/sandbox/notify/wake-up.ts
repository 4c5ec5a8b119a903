/**
 * How threads of Node wake each other: by a write of 8 bytes to an eventfd (`uv__async_send`). The
 * thread that starts a program is bound by the program's filter, and whoever answers may wait for that
 * very thread, so this write must not be asked about. It is told by the code that makes it: that of
 * our libc, which lies at a random address.
 */
import { readFileSync } from 'node:fs';
import type { WakeUp } from './filter.ts';

const EVENTFD_BYTES = 8;
/** glibc, and musl, which is its own loader. */
const LIBC = /(?:\/libc\.so\.6|\/libc-[\d.]+\.so|\/ld-musl-[^/]+)$/u;

/** @returns undefined where Node brings its libc in itself */
export function ownWakeUp(maps = readFileSync('/proc/self/maps', 'utf8')): WakeUp | undefined {
  for (const line of maps.split('\n')) {
    const [, from, to, path] = /^([\da-f]+)-([\da-f]+) r-xp \S+ \S+ \d+\s+(.*)$/u.exec(line) ?? [];
    if (from === undefined || to === undefined || !LIBC.test(path ?? '')) continue;
    const [start, end] = [BigInt(`0x${from}`), BigInt(`0x${to}`)];
    // The filter compares halves of an address.
    if (start >> 32n === end >> 32n) return { bytes: EVENTFD_BYTES, start, end };
  }
  return undefined;
}
