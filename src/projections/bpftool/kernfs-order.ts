/**
 * The order in which the kernel lists the cgroups of a directory, and so the order in which bpftool
 * walks the tree: by a hash of the name (`kernfs_name_hash` in fs/kernfs/dir.c), then by name.
 */
import { mapInTurns, type Pausing, sortInTurns } from '../../events/turns.ts';
import { byBytes } from '../order.ts';

const WORD = 0xffffffffffffffffn;
const GOLDEN_RATIO_64 = 0x61c8864680b583ebn;
const INT_MAX = 0x7fffffff;

function nameHash(name: string): number {
  let hash = 0n;
  for (const byte of Buffer.from(name, 'utf8')) {
    const c = BigInt(byte);
    hash = ((hash + (c << 4n) + (c >> 4n)) * 11n) & WORD;
  }
  const folded = Number(((hash * GOLDEN_RATIO_64) & WORD) >> 32n) & INT_MAX;
  // 0, 1 and INT_MAX are for directory entries that are not names.
  if (folded < 2) return folded + 2;
  return folded === INT_MAX ? INT_MAX - 1 : folded;
}

/** Cgroups by path, each before those below it, in the order of a directory walk. */
export function* inWalkOrder<T extends { readonly path: string }>(
  cgroups: readonly T[],
): Pausing<T[]> {
  const hashes = new Map<string, number>();
  const keyed = yield* mapInTurns(cgroups, (cgroup) => {
    const names = namesOf(cgroup.path);
    for (const name of names) if (!hashes.has(name)) hashes.set(name, nameHash(name));
    return { cgroup, names };
  });
  const hashOf = (name: string): number => hashes.get(name) ?? 0;
  const inOrder = yield* sortInTurns(keyed, (a, b) => {
    const depth = Math.min(a.names.length, b.names.length);
    for (let i = 0; i < depth; i++) {
      const [left = '', right = ''] = [a.names[i], b.names[i]];
      if (left !== right) return hashOf(left) - hashOf(right) || byBytes(left, right);
    }
    return a.names.length - b.names.length;
  });
  return inOrder.map(({ cgroup }) => cgroup);
}

function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '');
}
