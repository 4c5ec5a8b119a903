/**
 * Puts back what the log says and others took from the kernel: cgroups, entries, programs of links,
 * pins. What others made stays. Programs and maps that are gone altogether stay gone.
 */
import { chownSync, existsSync, unlinkSync } from 'node:fs';
import { type AttachTypeName, CGROUP_HOOKS } from '../../domain/attach-type.ts';
import { cgroupProgType } from '../../domain/fits.ts';
import type { BpffsNode } from '../../domain/kernel.ts';
import { ATTR_BYTES, Attr } from '../kernel/attr.ts';
import { BPF } from '../kernel/commands.ts';
import { type Answered, cString, SYS } from '../kernel/syscall.ts';
import { bpffsPath } from '../live/file-calls.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { objectBehind } from '../live/objects.ts';
import { closeLive } from '../live/open-live.ts';
import { stands } from './compare.ts';
import { astray } from './confinement.ts';
import { openHeld } from './held.ts';
import type { Repair } from './ledger.ts';
import { freshPin, type Ground, putBackEntries, told } from './put-back-entries.ts';
import { pinOver } from './raw-calls.ts';
import { type Restoration, restored } from './restore.ts';

const DIRECTORY_MODE = 0o755;

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
  const live = cgroups.length === 0 ? before : await renewed(before, restoration);
  const ground = { live, place, model };
  const entries = [...model.cgroups.values()].flatMap((cgroup) =>
    types(ground).flatMap((type) => putBackEntries(ground, { cgroup, type })),
  );
  const pins = putBackPins(ground);
  const repairs = [...cgroups, ...entries, ...pins];
  // The fds of the log's processes may be of links that have died.
  const after = repairs.length === 0 ? live : await renewed(live, restoration);
  return { live: after, repairs };
}

async function renewed(live: LiveKernel, restoration: Restoration): Promise<LiveKernel> {
  await closeLive(live);
  return restored(restoration);
}

function types({ model }: Ground): AttachTypeName[] {
  const all = Object.keys(CGROUP_HOOKS) as AttachTypeName[];
  return all.filter((type) => cgroupProgType(model.switches, type) !== undefined);
}

function putBackCgroups({ live, model }: Ground): Repair[] {
  const gone = [...model.cgroups.values()]
    .filter((cgroup) => !stands(live, cgroup))
    .sort((a, b) => a.path.length - b.path.length);
  return gone.flatMap(({ path }): Repair[] => {
    if (path === '/' || astray(live.cgroups.directory('/'), path) !== undefined) return [];
    const directory = live.cgroups.directory(path);
    // Somebody made one of that name since: it is taken for the cgroup.
    const made: Answered = existsSync(directory)
      ? { ret: 0 }
      : live.kernel.call(SYS.mkdir, cString(directory), DIRECTORY_MODE);
    return [{ what: 'cgroup', where: path, did: told(made, 'cgroup') }];
  });
}

/** Pins that are gone, and those of links that were made anew. */
function putBackPins(ground: Ground): Repair[] {
  const { live, model } = ground;
  const nodes = [...model.bpffs.entries()].sort(([a], [b]) => a.length - b.length);
  return nodes.flatMap(([path, node]): Repair[] => {
    const name = bpffsPath(live, path);
    const gone = !existsSync(name);
    if (!gone && !(node.kind === 'link' && isStale(ground, path, node))) return [];
    if (astray(live.bpffs, path) !== undefined) return [];
    return [{ what: 'pin', where: path, did: told(named(ground, name, node), node.kind) }];
  });
}

/** Whether a pin still holds a link that lost its cgroup, while the log's link has one. */
function isStale({ live, model }: Ground, path: string, { id }: BpffsNode): boolean {
  if ((model.links.get(id)?.cgroup_id ?? 0) === 0) return false;
  const name = cString(bpffsPath(live, path));
  const attr = new Attr(live.kernel).pointer(0, name);
  const opened = live.kernel.call(SYS.bpf, BPF.obj_get, attr.buffer, ATTR_BYTES);
  if ('errno' in opened) return false;
  const info = objectBehind(live, opened.ret);
  live.kernel.call(SYS.close, opened.ret);
  return info.kind === 'link' && info.cgroup_id === 0;
}

/** Makes a name on the bpffs with the owner and the mode that the log says. */
function named(
  { live, place }: Ground,
  name: string,
  { kind, id, uid, mode }: BpffsNode,
): Answered {
  const { kernel } = live;
  let made: Answered;
  if (kind === 'dir') made = kernel.call(SYS.mkdir, cString(name), DIRECTORY_MODE);
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
