/** Control files of cgroups, and the owners and modes of the hierarchy (semantics §17). */
import type { Calls } from '../call.ts';
import type { Caller } from '../caller.ts';
import { notDelegated } from '../cgroup-namespaces.ts';
import {
  type CgroupNode,
  fileAccess,
  fileNotWritable,
  isReadOnly,
  placeAt,
  unchangedAccess,
} from '../cgroupfs.ts';
import { OF_THREADS } from '../controller-names.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import { parentOf } from '../effective.ts';
import { modeAfterChown, modeSet, type Owned, ownerAfterChown, owns } from '../file-access.ts';
import type { Cgroup, Process } from '../kernel.ts';
import type { Refusal } from '../outcome.ts';
import { isWithin } from '../path.ts';
import { BOOT_PID } from '../release/config.ts';
import { canBeThreadRoot, domainOf, isPopulated, isValidDomain } from '../threaded.ts';
import { endEffects } from './process.ts';
import { setControllers } from './subtree-control.ts';

function ownerOf({ cgroup, file }: CgroupNode): Owned {
  return file === undefined ? cgroup.access : fileAccess(cgroup, file);
}

/** The mode that is known when nothing is said of it. */
function modeUnsaid({ cgroup, file }: CgroupNode): number {
  return file === undefined ? cgroup.access.mode : unchangedAccess(cgroup, file).mode;
}

/** What the effect names: a control file, or the directory. */
function nodeFields({ cgroup, file }: CgroupNode): {
  readonly cgroup_id: number;
  readonly file?: string;
} {
  return { cgroup_id: cgroup.id, ...(file === undefined ? {} : { file }) };
}

export function cgroupChown(caller: Caller, { path, uid }: Calls['cgroup_chown']): Decision {
  const place = placeAt(caller, path);
  if (isRefused(place)) return refuse(place);
  const was = ownerOf(place);
  const mode = modeAfterChown(caller, was, { uid, isDirectory: place.file === undefined });
  if (mode === undefined) {
    return refuse(refusal('EPERM', 'not-the-owner', { path, uid: caller.process.uid }));
  }
  return succeed([
    { type: 'CgroupOwnerChanged', ...nodeFields(place), uid: ownerAfterChown(was, uid) },
    ...(mode === modeUnsaid(place)
      ? []
      : [{ type: 'CgroupModeChanged', ...nodeFields(place), mode } as const]),
  ]);
}

export function cgroupChmod(caller: Caller, { path, mode }: Calls['cgroup_chmod']): Decision {
  const place = placeAt(caller, path);
  if (isRefused(place)) return refuse(place);
  const was = ownerOf(place);
  if (!owns(caller, was)) {
    return refuse(refusal('EPERM', 'not-the-owner', { path, uid: caller.process.uid }));
  }
  return succeed([
    { type: 'CgroupModeChanged', ...nodeFields(place), mode: modeSet(caller, was, mode) },
  ]);
}

/** A write of one value to a control file. */
export function cgroupWrite(caller: Caller, { path, value }: Calls['cgroup_write']): Decision {
  const place = placeAt(caller, path);
  if (isRefused(place)) return refuse(place);
  const { cgroup, file } = place;
  if (file === undefined) return refuse(refusal('EISDIR', 'is-a-directory', { path }));
  const refused = fileNotWritable(caller, cgroup, file);
  if (refused !== undefined) return refuse(refused);
  // Nothing written is nothing done: the file never hears of it.
  if (value === '') return succeed();
  const kept = notDelegated(caller, cgroup, file);
  if (kept !== undefined) return refuse(kept);
  if (isReadOnly(file)) return refuse(refusal('EINVAL', 'value-not-taken', { path, value }));
  switch (file) {
    case 'cgroup.type':
      return makeThreaded(caller, cgroup, value);
    case 'cgroup.kill':
      return killAll(caller, cgroup, value);
    case 'cgroup.subtree_control':
      return setControllers(caller, cgroup, value);
    case 'cgroup.freeze': {
      const bad = outside(path, value, [0, 1]);
      // Who is frozen still has its fds and its place.
      return bad === undefined ? succeed() : refuse(bad);
    }
    default:
      return refuse(refusal('ENOTSUPP', 'not-modelled', { what: `a write to ${path}` }));
  }
}

function makeThreaded(caller: Caller, cgroup: Cgroup, value: string): Decision {
  const { kernel } = caller;
  const { path, id: cgroup_id } = cgroup;
  if (value.trim() !== 'threaded') {
    return refuse(refusal('EINVAL', 'value-not-taken', { path: `${path}/cgroup.type`, value }));
  }
  if (cgroup.threaded) return succeed();
  const parent = parentOf(kernel, cgroup);
  if (parent === undefined) throw new Error('impossible state: the root has a type');
  const domain = domainOf(kernel, parent);
  const good =
    !isPopulated(kernel, cgroup) &&
    (cgroup.controllers & ~OF_THREADS) === 0 &&
    isValidDomain(kernel, domain) &&
    canBeThreadRoot(kernel, domain);
  if (!good) return refuse(refusal('EOPNOTSUPP', 'cgroup-cannot-be-threaded', { path }));
  return succeed([{ type: 'CgroupThreaded', cgroup_id }]);
}

/** Ends every process in the cgroup and below; init is deaf to it, as to any signal. */
function killAll(caller: Caller, cgroup: Cgroup, value: string): Decision {
  const { kernel } = caller;
  const bad = outside(`${cgroup.path}/cgroup.kill`, value, [1]);
  if (bad !== undefined) return refuse(bad);
  if (cgroup.threaded) {
    return refuse(refusal('EOPNOTSUPP', 'cgroup-is-threaded', { path: cgroup.path }));
  }
  const isHit = ({ cgroup_id, tgid }: Process): boolean => {
    const path = kernel.cgroups.get(cgroup_id)?.path;
    return tgid !== BOOT_PID && path !== undefined && isWithin(path, cgroup.path);
  };
  const hit = [...kernel.processes.values()].filter(isHit);
  if (hit.length === 0) return succeed();
  return succeed(
    endEffects(
      caller,
      hit.sort((a, b) => a.pid - b.pid),
    ),
  );
}

/** Why a number is not written (`kstrtoint`): no number EINVAL, none of those that are taken ERANGE. */
function outside(path: string, value: string, taken: readonly number[]): Refusal | undefined {
  const text = value.trim();
  if (!/^[+-]?\d+$/u.test(text)) return refusal('EINVAL', 'value-not-taken', { path, value });
  if (taken.includes(Number(text))) return undefined;
  return refusal('ERANGE', 'value-not-taken', { path, value });
}
