import type { Effect } from '../effect.ts';
import type { Kernel } from '../kernel.ts';
import { HOSTS_NAMESPACE } from '../namespace-row.ts';
import { isWithin } from '../path.ts';

type MountEffect = Extract<Effect, { type: `Bpffs${string}` }>;

export function evolveMount(kernel: Kernel, effect: MountEffect): void {
  const { mounts } = kernel;
  const { mount_id: id } = effect;
  switch (effect.type) {
    case 'BpffsMounted': {
      const { parent_id: parent, at, root } = effect;
      const key = parent === 0 ? '' : at;
      const namespace = effect.namespace_id ?? mounts.get(parent)?.namespace ?? HOSTS_NAMESPACE;
      mounts.set(id, { id, parent, at: key, root, attached: true, refs: 1, namespace });
      return;
    }
    case 'BpffsUnmounted':
      mounts.edit(id).attached = false;
      return addMountRefs(kernel, id, -1);
    default:
      return effect satisfies never;
  }
}

/** Counts what keeps a mount; with the last of it, the mount ends. */
export function addMountRefs({ mounts }: Kernel, id: number, delta: number): void {
  const mount = mounts.edit(id);
  mount.refs += delta;
  if (mount.refs < 0) throw new Error(`impossible effect: mount ${id} has ${mount.refs} refs`);
  if (mount.refs === 0) mounts.delete(id);
}

/** Names that moved take along what is mounted on them, and what shows them elsewhere. */
export function moveMounts(kernel: Kernel, moved: readonly (readonly [string, string])[]): void {
  const { mounts } = kernel;
  const movedKey = (key: string): string => {
    const found = moved.find(([from]) => isWithin(key, from));
    return found === undefined ? key : found[1] + key.slice(found[0].length);
  };
  for (const { id, at, root } of [...mounts.values()]) {
    const [nowAt, nowRoot] = [movedKey(at), movedKey(root)];
    if (nowAt === at && nowRoot === root) continue;
    const mount = mounts.edit(id);
    mount.at = nowAt;
    mount.root = nowRoot;
  }
}
