import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findCollector } from './collector.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-packed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a program where the package has its collector. */
function pack(script: string, arch: string = process.arch): string {
  const path = join(folder, `bpfledger-collector-${process.platform}-${arch}`);
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

it('takes the collector of the package that is for this architecture and runs', () => {
  const path = pack('#!/bin/sh\nexit 0\n');
  expect(findCollector([join(folder, 'none'), folder])).toEqual({ path, broken: undefined });
});

it('passes over one of another architecture', () => {
  pack('#!/bin/sh\nexit 0\n', 'mips');
  expect(findCollector([folder]).broken).toBeUndefined();
  expect(findCollector([folder]).path ?? '').not.toContain(folder);
});

it('says why one does not run, and does not take it', () => {
  const path = pack(
    '#!/bin/sh\necho "libelf.so.1: cannot open shared object file" >&2\nexit 127\n',
  );
  const { path: taken = '', broken } = findCollector([folder]);
  expect(broken).toEqual({ path, why: 'libelf.so.1: cannot open shared object file' });
  expect(taken).not.toContain(folder);
  pack('\x7fELF is not a program');
  expect(findCollector([folder]).broken?.why).toMatch(/./);
});
