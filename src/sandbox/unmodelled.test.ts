import { expect, it } from 'vitest';
import { ARCHITECTURES } from './notify/system-calls.ts';
import { foreignCall, refusalOfUnmodelled, Unmodelled } from './unmodelled.ts';

const X64 = 0xc000003e;
const ARM64 = 0xc00000b7;

it.each([
  ['of an i386 program', X64, { architecture: 0x40000003, number: 20 }, 'a 32-bit system call'],
  [
    'of a 32-bit ARM program',
    ARM64,
    { architecture: 0x40000028, number: 20 },
    'a 32-bit system call',
  ],
  ['of an x32 program', X64, { architecture: X64, number: 0x40000027 }, 'an x32 system call'],
  ['whose number no kernel has', X64, { architecture: X64, number: -1 }, undefined],
  [
    'of arm64, where there is no x32',
    ARM64,
    { architecture: ARM64, number: 0x40000027 },
    undefined,
  ],
])('a call %s is told as what it is', (_, own, asked, what) => {
  expect(foreignCall(asked, own)).toBe(what);
});

it('the architectures are those of the tables', () => {
  expect([ARCHITECTURES.x64?.audit, ARCHITECTURES.arm64?.audit]).toEqual([X64, ARM64]);
});

it('a program cannot fill the memory with what it asks for', () => {
  const unmodelled = new Unmodelled();
  for (let n = 0; n < 5000; n++) unmodelled.add(`call ${n}`);
  expect(unmodelled.counts.size).toBe(1001);
  expect(unmodelled.counts.get('others')).toBe(4000);
});

it('the errno is one of a kernel without what is asked for, which programs know', () => {
  expect(refusalOfUnmodelled({ name: 'map_update_elem', value: 0 }, 'a trie').errno).toBe('EINVAL');
  expect(refusalOfUnmodelled({ name: 'bpf', cmd: 38 }, 'an attr').errno).toBe('EINVAL');
  expect(refusalOfUnmodelled({ name: 'unlink', path: '/x' }, 'a symlink').errno).toBe('ENOENT');
});
