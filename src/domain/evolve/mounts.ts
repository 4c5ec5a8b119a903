import type { Effect } from '../effect.ts';
import type { Kernel } from '../kernel.ts';
import { type Mount, placeKey } from '../mount-row.ts';
import { HOSTS_NAMESPACE } from '../namespace-row.ts';
import { isWithin } from '../path.ts';
import { keepUserNamespace } from './namespaces.ts';

type MountEffect = Extract<Effect, { type: `Bpffs${string}` }>;

export function evolveMount(kernel: Kernel, effect: MountEffect): void {
  const { mounts } = kernel;
  const { mount_id: id } = effect;
  switch (effect.type) {
    case 'BpffsMounted': {
      const { parent_id: parent, at, root } = effect;
      const key = parent === 0 ? '' : at;
      const namespace = effect.namespace_id ?? mounts.get(parent)?.namespace ?? HOSTS_NAMESPACE;
      const attached = true;
      const delegation = undefined;
      mounts.set(id, { id, parent, at: key, root, attached, refs: 1, namespace, delegation });
      kernel.mountedOn.set(placeKey({ parent, at: key, namespace }), id);
      return;
    }
    case 'BpffsUnmounted': {
      const mount = mounts.edit(id);
      mount.attached = false;
      kernel.mountedOn.delete(placeKey(mount));
      return addMountRefs(kernel, id, -1);
    }
    case 'BpffsDelegated': {
      // It is kept by the directory that is open on its top.
      const { root, user_id: user, cmds, maps, progs, attachs } = effect;
      const nowhere = { parent: 0, at: '', attached: false, refs: 0, namespace: HOSTS_NAMESPACE };
      mounts.set(id, { id, ...nowhere, root, delegation: { user, cmds, maps, progs, attachs } });
      return keepUserNamespace(kernel, user, 1);
    }
    default:
      return effect satisfies never;
  }
}

/** Counts what keeps a mount; with the last of it, the mount ends. */
export function addMountRefs(kernel: Kernel, id: number, delta: number): void {
  const { mounts } = kernel;
  const mount = mounts.edit(id);
  mount.refs += delta;
  if (mount.refs < 0) throw new Error(`impossible effect: mount ${id} has ${mount.refs} refs`);
  if (mount.refs > 0) return;
  mounts.delete(id);
  if (mount.delegation !== undefined) keepUserNamespace(kernel, mount.delegation.user, -1);
}

/** Names that moved take along what is mounted on them, and what shows them elsewhere. */
export function moveMounts(kernel: Kernel, moved: readonly (readonly [string, string])[]): void {
  const { mounts, mountedOn } = kernel;
  const movedKey = (key: string): string => {
    const found = moved.find(([from]) => isWithin(key, from));
    return found === undefined ? key : found[1] + key.slice(found[0].length);
  };
  const changed: Mount[] = [];
  for (const { id, at, root } of [...mounts.values()]) {
    const [nowAt, nowRoot] = [movedKey(at), movedKey(root)];
    if (nowAt === at && nowRoot === root) continue;
    const mount = mounts.edit(id);
    if (mount.attached) mountedOn.delete(placeKey(mount));
    mount.at = nowAt;
    mount.root = nowRoot;
    changed.push(mount);
  }
  // Names that change places take each other's keys, so all are taken away before one is set.
  for (const mount of changed) {
    if (mount.attached) mountedOn.set(placeKey(mount), mount.id);
  }
}
