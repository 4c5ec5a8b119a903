/** mount(2) and umount2(2) of the bpffs, in the caller's mount namespace (`fs/namespace.c`, semantics §15). */
import { nodeAt, nodeUnfollowed } from '../bpffs.ts';
import { callersTop, type NodeAtName } from '../bpffs-walk.ts';
import type { Calls } from '../call.ts';
import { type Caller, has, ownerOf } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { EffectOf } from '../effect.ts';
import { Lifetime } from '../lifetime.ts';
import {
  type MountedName,
  mountAt,
  mountsOn,
  nextMount,
  OUTSIDE,
  topOfInstance,
} from '../mounts.ts';
import { HOSTS_NAMESPACE } from '../namespace-row.ts';
import type { Refusal } from '../outcome.ts';

const MNT_DETACH = 2;
const MNT_EXPIRE = 4;
const UMOUNT_NOFOLLOW = 8;
/** MNT_FORCE, MNT_DETACH, MNT_EXPIRE and UMOUNT_NOFOLLOW. */
const UMOUNT_FLAGS = 1 | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW;
/** What anybody may write in, as no name of another is theirs to take away. */
const TOP_MODE = 0o1777;
const STICKY = 0o1000;

export function mount(caller: Caller, { path, from, mode }: Calls['mount']): Decision {
  const target = targetOf(caller, path);
  if (isRefused(target)) return refuse(target);
  if (!mayMount(caller)) return refuse(refusal('EPERM', 'mount-needs-sys-admin', {}));
  // A new bpffs takes the capability of the host (`mount_capable`).
  if (from === undefined && !has(caller, 'sys_admin')) {
    return refuse(refusal('EPERM', 'bpffs-needs-sys-admin', { pid: caller.process.pid }));
  }
  const inside = ofUserNamespace(caller);
  if (inside !== undefined) return refuse(inside);
  const mount_id = nextMount(caller.kernel);
  const { place, isDirectory } = target;
  const source = from === undefined ? undefined : nodeAt(caller, from);
  if (source !== undefined && isRefused(source)) return refuse(source);
  if ((source === undefined || source.node.kind === 'dir') !== isDirectory) {
    return refuse(
      refusal('ENOTDIR', 'not-a-directory', { path: isDirectory ? (from ?? '') : path }),
    );
  }
  const root = source === undefined ? topOfInstance(mount_id) : source.place.key;
  const { mount: parent_id, key } = place;
  const { mount: namespace_id } = caller.process.namespaces;
  const where = parent_id === 0 && namespace_id !== HOSTS_NAMESPACE ? { namespace_id } : {};
  return succeed([
    ...(source === undefined ? [newTop(caller, root, mode)] : []),
    { type: 'BpffsMounted', mount_id, parent_id, at: key === '' ? '/' : key, root, ...where },
  ]);
}

/** `may_mount`: CAP_SYS_ADMIN in the user namespace of the mount namespace. */
export function mayMount(caller: Caller): boolean {
  return has(caller, 'sys_admin', ownerOf(caller, caller.process.namespaces.mount));
}

/** In a mount namespace of a user namespace, what came from above it is locked (`lock_mnt_tree`). */
function ofUserNamespace(caller: Caller): Refusal | undefined {
  if (ownerOf(caller, caller.process.namespaces.mount) === HOSTS_NAMESPACE) return undefined;
  return refusal('ENOTSUPP', 'not-modelled', { what: 'mounts in a user namespace' });
}

/** `bpf_fill_super`: a new instance is its maker's. */
export function newTop(
  { process: { uid } }: Caller,
  path: string,
  mode = TOP_MODE,
): EffectOf<'DirectoryMade'> & { readonly mode: number } {
  return {
    ...{ type: 'DirectoryMade', path },
    ...(uid !== 0 && { uid }),
    mode: (mode & 0o7777) | STICKY,
  };
}

/** What is mounted on; while there is no bpffs at the top, that is the directory outside. */
function targetOf(
  caller: Caller,
  path: string,
  follows = true,
): { readonly place: MountedName; readonly isDirectory: boolean } | Refusal {
  if (path === '/' && callersTop(caller) === undefined) {
    return { place: OUTSIDE, isDirectory: true };
  }
  const seen: NodeAtName | Refusal = follows ? nodeAt(caller, path) : nodeUnfollowed(caller, path);
  if (isRefused(seen)) return seen;
  return { place: seen.place, isDirectory: seen.node.kind === 'dir' };
}

export function umount(caller: Caller, { path, flags = 0 }: Calls['umount']): Decision {
  const { kernel } = caller;
  if ((flags & ~UMOUNT_FLAGS) !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const target = targetOf(caller, path, (flags & UMOUNT_NOFOLLOW) === 0);
  if (isRefused(target)) return refuse(target);
  if (!mayMount(caller)) return refuse(refusal('EPERM', 'mount-needs-sys-admin', {}));
  const inside = ofUserNamespace(caller);
  if (inside !== undefined) return refuse(inside);
  const found = mountAt(kernel, target.place);
  if (found === undefined) return refuse(refusal('EINVAL', 'no-mount-point', { path }));
  if ((flags & MNT_EXPIRE) !== 0) {
    return refuse(refusal('ENOTSUPP', 'not-modelled', { what: 'MNT_EXPIRE' }));
  }
  const above = mountsOn(kernel, found.id);
  const isBusy = found.refs > 1 || above.length > 0;
  if (isBusy && (flags & MNT_DETACH) === 0) {
    const what = { path, mounts: above.length, open: found.refs - 1 };
    return refuse(refusal('EBUSY', 'mount-busy', what));
  }
  const lifetime = new Lifetime(kernel);
  lifetime.unmount([found, ...above]);
  return succeed(lifetime.effects);
}
