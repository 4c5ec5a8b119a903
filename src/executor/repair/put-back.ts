/**
 * Puts back what the log has and others removed from the kernel: cgroups, entries, programs of links,
 * pins. What others made stays. Programs and maps that the kernel freed stay freed.
 */
import { chownSync, existsSync, unlinkSync } from 'node:fs';
import { type AttachTypeName, CGROUP_HOOKS } from '../../domain/attach-type.ts';
import type { ObjectKind } from '../../domain/effect.ts';
import { cgroupProgType } from '../../domain/fits.ts';
import type { BpffsNode } from '../../domain/kernel.ts';
import { type Answered, cString, SYS } from '../../native/syscall.ts';
import type { Repair } from '../ledger/ledger.ts';
import { atSpot, inPlace, lookAt, lookBeneath, type Spot, spotPath } from '../live/beneath.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { objectBehindPin } from '../live/objects.ts';
import { closeLive } from '../live/open-live.ts';
import { makeDirectory } from '../live/spot-calls.ts';
import { openHeld } from '../place/held.ts';
import { type Restoration, restore } from '../place/restore.ts';
import { freshPin, type Ground, putBackEntries, sayRepair } from './put-back-entries.ts';
import { pinOver } from './raw-calls.ts';

/**
 * Puts back what is missing.
 *
 * @returns what was done, and the live context for the state that followed, in place of the old one
 */
export async function putBack(
  before: LiveKernel,
  restoration: Restoration,
): Promise<{ readonly live: LiveKernel; readonly repairs: readonly Repair[] }> {
  const { place, model } = restoration;
  // Left by a run that was killed in the middle: nothing of the log's.
  if (existsSync(freshPin(place))) unlinkSync(freshPin(place));
  const cgroups = putBackCgroups({ live: before, place, model });
  const live = cgroups.length === 0 ? before : await renew(before, restoration);
  const ground = { live, place, model };
  const types = listTypes(ground);
  const entries = [...model.cgroups.values()].flatMap((cgroup) => {
    const put = () => types.flatMap((type) => putBackEntries(ground, { cgroup, type }));
    return live.cgroups.whileOurs(cgroup.path, put) ?? [];
  });
  const pins = putBackPins(ground);
  const repairs = [...cgroups, ...entries, ...pins];
  // The fds of the log's processes may be of links that have died.
  const after = repairs.length === 0 ? live : await renew(live, restoration);
  return { live: after, repairs };
}

async function renew(live: LiveKernel, restoration: Restoration): Promise<LiveKernel> {
  await closeLive(live);
  return restore(restoration);
}

function listTypes({ model }: Ground): AttachTypeName[] {
  const all = Object.keys(CGROUP_HOOKS) as AttachTypeName[];
  return all.filter((type) => cgroupProgType(model.switches, type) !== undefined);
}

function putBackCgroups({ live, model }: Ground): Repair[] {
  const gone = [...model.cgroups.values()]
    .filter(({ path }) => live.cgroups.ownerAt(path) !== 'ours')
    .sort((a, b) => a.path.length - b.path.length);
  const { kernel, cgroups } = live;
  return gone.flatMap(({ path }): Repair[] => {
    if (path === '/') return [];
    // Somebody made one of that name since: it is taken for the cgroup.
    const made: Answered | undefined =
      cgroups.ownerAt(path) === 'foreign'
        ? { ret: 0 }
        : inPlace(() => atSpot(kernel, cgroups.top, path, (spot) => makeDirectory(kernel, spot)));
    return made === undefined
      ? []
      : [{ what: 'cgroup', where: path, did: sayRepair(made, 'cgroup') }];
  });
}

/** Pins that are gone, and pins of links that were made again. */
function putBackPins(ground: Ground): Repair[] {
  const { live, model } = ground;
  const nodes = [...model.bpffs.entries()].sort(([a], [b]) => a.length - b.length);
  return nodes.flatMap(([path, { kind, ...node }]): Repair[] => {
    // Of ours there is none, for none is made here.
    if (kind === 'symlink') return [];
    // A symlink that stands there is somebody else's, and stays.
    const isFree = inPlace(() => !lookBeneath(live.kernel, live.bpffs, path, () => true));
    if (isFree !== true && !(kind === 'link' && isStale(ground, path, node))) return [];
    const made = inPlace(() =>
      atSpot(live.kernel, live.bpffs, path, (spot) => makeName(ground, spot, { ...node, kind })),
    );
    return made === undefined ? [] : [{ what: 'pin', where: path, did: sayRepair(made, kind) }];
  });
}

/** Whether a pin still holds a link that lost its cgroup, while the log's link has one. */
function isStale({ live, model }: Ground, path: string, { id }: Pick<BpffsNode, 'id'>): boolean {
  if ((model.links.get(id)?.cgroup_id ?? 0) === 0) return false;
  const info = lookAt(live.kernel, live.bpffs, path, (fd) => objectBehindPin(live, fd));
  return info?.kind === 'link' && info.cgroup_id === 0;
}

/** Makes a name on the bpffs with the owner and the mode that the log says. */
function makeName(
  { live, place }: Ground,
  spot: Spot,
  {
    kind,
    id,
    uid,
    mode,
  }: Pick<BpffsNode, 'id' | 'uid' | 'mode'> & { readonly kind: ObjectKind | 'dir' },
): Answered {
  const { kernel } = live;
  const name = spotPath(spot);
  let made: Answered;
  if (kind === 'dir') made = makeDirectory(kernel, spot);
  else {
    const opened = openHeld(live, place.held, { kind, id, file_flags: 0 });
    if ('errno' in opened) return opened;
    made = pinOver(kernel, opened.ret, { fresh: freshPin(place), path: name });
    kernel.call(SYS.close, opened.ret);
  }
  if ('errno' in made) return made;
  chownSync(name, uid, uid);
  return kernel.call(SYS.chmod, cString(name), mode);
}
