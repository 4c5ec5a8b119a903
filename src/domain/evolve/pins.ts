import type { Effect } from '../effect.ts';
import type { Kernel } from '../kernel.ts';
import { isWithin } from '../path.ts';
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
      return addRefs(kernel, kind, id, 1);
    }
    case 'PinRemoved': {
      const { kind, id } = bpffs.edit(path);
      if (kind === 'dir') throw new Error(`impossible effect: ${path} is a directory`);
      bpffs.delete(path);
      return addRefs(kernel, kind, id, -1);
    }
    case 'DirectoryMade':
      bpffs.set(path, { kind: 'dir', id: 0, uid: 0, mode: 0o755 });
      return;
    case 'DirectoryRemoved':
      return bpffs.delete(path);
    case 'PathMoved':
      for (const [name, node] of [...bpffs.entries()]) {
        if (!isWithin(name, path)) continue;
        bpffs.delete(name);
        // A copy: the node may belong to the state below this layer, which must not change.
        bpffs.set(effect.to + name.slice(path.length), { ...node });
      }
      return;
    case 'ModeChanged':
      bpffs.edit(path).mode = effect.mode;
      return;
    default:
      return effect satisfies never;
  }
}
