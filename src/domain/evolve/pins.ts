import type { Effect, EffectOf } from '../effect.ts';
import type { Kernel } from '../kernel.ts';
import { isWithin } from '../path.ts';
import { nameRows } from '../size.ts';
import { addRefs } from './references.ts';

type PinEffect = Extract<
  Effect,
  {
    type:
      | `Pin${'Created' | 'Removed'}`
      | `Directory${'Made' | 'Removed'}`
      | 'PathMoved'
      | 'ModeChanged';
  }
>;

export function evolvePin(kernel: Kernel, effect: PinEffect): void {
  const { bpffs } = kernel;
  const { path } = effect;
  switch (effect.type) {
    case 'PinCreated': {
      const { kind, id, uid, mode } = effect;
      bpffs.set(path, { kind, id, uid, mode });
      kernel.contents += nameRows(path);
      return addRefs(kernel, kind, id, 1);
    }
    case 'PinRemoved': {
      const { kind, id } = bpffs.edit(path);
      if (kind === 'dir') throw new Error(`impossible effect: ${path} is a directory`);
      bpffs.delete(path);
      kernel.contents -= nameRows(path);
      return addRefs(kernel, kind, id, -1);
    }
    case 'DirectoryMade':
      bpffs.set(path, { kind: 'dir', id: 0, uid: 0, mode: 0o755 });
      kernel.contents += nameRows(path);
      return;
    case 'DirectoryRemoved':
      kernel.contents -= nameRows(path);
      return bpffs.delete(path);
    case 'PathMoved':
      return movePath(kernel, effect);
    case 'ModeChanged':
      bpffs.edit(path).mode = effect.mode;
      return;
    default:
      return effect satisfies never;
  }
}

/** Moves a name, and with a directory all names below it. */
function movePath(kernel: Kernel, { path, to }: EffectOf<'PathMoved'>): void {
  const { bpffs } = kernel;
  const isPin = bpffs.get(path)?.kind !== 'dir';
  const names = isPin ? [path] : [...bpffs.keys()].filter((name) => isWithin(name, path));
  for (const name of names) {
    const node = bpffs.edit(name);
    const now = to + name.slice(path.length);
    bpffs.delete(name);
    // A copy: the node may belong to the state below this layer, which must not change.
    bpffs.set(now, { ...node });
    kernel.contents += nameRows(now) - nameRows(name);
  }
}
