import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { boot } from '../../domain/boot.ts';
import { Beside } from '../bpf/beside.ts';
import { CONTINUED, type Memory, type Notified, refuse } from '../notified.ts';
import { fileHandlers } from './handlers.ts';
import { Places } from './places.ts';
import { Shadow } from './shadow.ts';

const folder = mkdtempSync(join(tmpdir(), 'bpfledger-absent-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kernel = boot('6.18');
const shadow = new Shadow(kernel, folder);
const trees = { shadow, places: new Places(shadow), beside: new Beside(), meet() {}, meetAll() {} };
const AT_FDCWD = 0xffff_ff9cn;
const PATH = 4096n;

/** What a call on a path gets; whatever the machine has there. */
function answerTo(name: string, path: string, first: readonly bigint[]) {
  const memory: Memory = {
    read: (_, length) => Buffer.alloc(length),
    readInto: () => true,
    readText: () => path,
  };
  const handler = fileHandlers(trees, () => memory).find((one) => one.name === name);
  const [tid, args] = [process.pid, [...first, PATH, 0n, 0n, 0n, 0n]];
  const asked = { ...{ id: 1n, tid, args, architecture: 0, number: 0 } } as const;
  const seen = handler?.alone?.(asked as never);
  return (
    seen ??
    handler?.answer({
      ...{ syscall: name, args, tid, tgid: tid },
      memory,
      kernel,
    } as unknown as Notified)
  );
}

test.each([
  ...(['open', 'stat', 'lstat', 'access', 'readlink'] as const).map((name) => [name, []] as const),
  ...(['openat', 'openat2', 'newfstatat', 'statx', 'faccessat', 'faccessat2'] as const).map(
    (name) => [name, [AT_FDCWD]] as const,
  ),
])(
  'a release of kernel.org has no signature of a distribution, also where the machine has one: %s',
  (name, first) => {
    expect(answerTo(name, '/proc/version_signature', first)).toEqual(refuse('ENOENT'));
    expect(answerTo(name, '/proc/self/../version_signature', first)).toEqual(refuse('ENOENT'));
    // What the machine has under another name is the machine's.
    expect(answerTo(name, '/proc/meminfo', first)).toEqual(CONTINUED);
  },
);
