// The numbers of system calls are those of the kernel's own headers, on both architectures.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/sandbox/notify/system-calls.ts';
import { needs } from '../support/needs.ts';

const listener = needs('listener');

const HEADERS: readonly (readonly [architecture: string, header: string])[] = [
  ['arm64', '/usr/include/asm-generic/unistd.h'],
  ...(process.arch === 'x64'
    ? [['x64', '/usr/include/x86_64-linux-gnu/asm/unistd_64.h'] as const]
    : []),
];

/** Numbers by name: `__NR_bpf 280`, with more blanks at times; some names stand for those of 32 and of 64 bits. */
function numbersIn(header: string): ReadonlyMap<string, number> {
  const defined = readFileSync(header, 'utf8').matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)$/gmu);
  return new Map([...defined].map(([, name = '', number]) => [name, Number(number)]));
}

describe.skipIf(!listener.ok)('the numbers of system calls', () => {
  it.each(HEADERS)('are those of the headers: %s', (name, header) => {
    const known = numbersIn(header);
    const architecture = ARCHITECTURES[name];
    expect(architecture?.seccomp).toBe(known.get('seccomp'));
    const numbers = Object.entries(architecture?.numbers ?? {});
    expect(numbers.length).toBeGreaterThan(50);
    const differing = numbers.filter(([call, number]) => {
      const spelled = call === 'newfstatat' && !known.has(call) ? 'fstatat' : call;
      return known.get(spelled) !== number;
    });
    expect(differing).toEqual([]);
  });
});
