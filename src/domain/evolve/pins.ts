import type { Effect, EffectOf } from '../effect.ts';
import type { BpffsNode, Kernel } from '../kernel.ts';
import { isWithin } from '../path.ts';
import { nameRows, nodeRows } from '../size.ts';
import { moveMounts } from './mounts.ts';
import { addRefs } from './references.ts';

type PinEffect = Extract<
  Effect,
  {
    type:
      | `Pin${'Created' | 'Linked' | 'Removed'}`
      | `${'Directory' | 'Symlink'}${'Made' | 'Removed'}`
      | 'PathMoved'
      | 'PathsExchanged'
      | 'OwnerChanged'
      | 'ModeChanged';
  }
>;

/** What every symlink has; nothing looks at it. */
const LINK_MODE = 0o777;

export function evolvePin(kernel: Kernel, effect: PinEffect): void {
  const { bpffs } = kernel;
  const { path } = effect;
  switch (effect.type) {
    case 'PinCreated': {
      const { kind, id, uid, mode } = effect;
      bpffs.set(path, { kind, id, target: '', uid, mode, inode: 0 });
      kernel.contents += nameRows(path);
      return addRefs(kernel, kind, id, 1);
    }
    case 'PinLinked':
      return linkPin(kernel, effect);
    case 'PinRemoved': {
      const { kind, id } = bpffs.edit(path);
      if (kind === 'dir' || kind === 'symlink') {
        throw new Error(`impossible effect: ${path} is a ${kind}`);
      }
      bpffs.delete(path);
      kernel.contents -= nameRows(path);
      return addRefs(kernel, kind, id, -1);
    }
    case 'DirectoryMade': {
      const { uid = 0, mode = 0o755 } = effect;
      bpffs.set(path, { kind: 'dir', id: 0, target: '', uid, mode, inode: 0 });
      kernel.contents += nameRows(path);
      return;
    }
    case 'DirectoryRemoved':
      kernel.contents -= nameRows(path);
      return bpffs.delete(path);
    case 'SymlinkMade': {
      const { target, uid = 0 } = effect;
      const node: BpffsNode = { kind: 'symlink', id: 0, target, uid, mode: LINK_MODE, inode: 0 };
      bpffs.set(path, node);
      kernel.contents += nodeRows(path, node);
      return;
    }
    case 'SymlinkRemoved':
      kernel.contents -= nodeRows(path, bpffs.edit(path));
      return bpffs.delete(path);
    case 'PathMoved':
      putNames(kernel, takeNames(kernel, path), effect.to);
      return moveMounts(kernel, [[path, effect.to]]);
    case 'PathsExchanged': {
      const [first, second] = [takeNames(kernel, path), takeNames(kernel, effect.to)];
      putNames(kernel, first, effect.to);
      putNames(kernel, second, path);
      return moveMounts(kernel, [
        [path, effect.to],
        [effect.to, path],
      ]);
    }
    case 'OwnerChanged':
      for (const name of namesOf(kernel, path)) bpffs.edit(name).uid = effect.uid;
      return;
    case 'ModeChanged':
      for (const name of namesOf(kernel, path)) bpffs.edit(name).mode = effect.mode;
      return;
    default:
      return effect satisfies never;
  }
}

/** All names of what has the name `path`: they have one owner and one mode. */
export function namesOf({ bpffs }: Kernel, path: string): readonly string[] {
  const inode = bpffs.get(path)?.inode ?? 0;
  if (inode === 0) return [path];
  return [...bpffs.entries()].flatMap(([name, node]) => (node.inode === inode ? [name] : []));
}

function linkPin(kernel: Kernel, { path, to }: EffectOf<'PinLinked'>): void {
  const { bpffs } = kernel;
  const node = bpffs.edit(path);
  const { kind } = node;
  if (kind === 'dir') throw new Error(`impossible effect: ${path} is a directory`);
  if (node.inode === 0) node.inode = 1 + largestInode(kernel);
  bpffs.set(to, { ...node });
  kernel.contents += nodeRows(to, node);
  if (kind !== 'symlink') addRefs(kernel, kind, node.id, 1);
}

function largestInode({ bpffs }: Kernel): number {
  let largest = 0;
  for (const { inode } of bpffs.values()) largest = Math.max(largest, inode);
  return largest;
}

/** A node by its way from the top of what was taken. */
type Taken = readonly (readonly [string, BpffsNode])[];

/** Takes a name, and with a directory all that are below it. */
function takeNames(kernel: Kernel, path: string): Taken {
  const { bpffs } = kernel;
  const isPin = bpffs.get(path)?.kind !== 'dir';
  const names = isPin ? [path] : [...bpffs.keys()].filter((name) => isWithin(name, path));
  return names.map((name) => {
    // A copy: the node may belong to the state below this layer, which must not change.
    const node = { ...bpffs.edit(name) };
    bpffs.delete(name);
    kernel.contents -= nodeRows(name, node);
    return [name.slice(path.length), node] as const;
  });
}

/** Puts what was taken under another name. */
function putNames(kernel: Kernel, nodes: Taken, to: string): void {
  for (const [below, node] of nodes) {
    kernel.bpffs.set(to + below, node);
    kernel.contents += nodeRows(to + below, node);
  }
}
