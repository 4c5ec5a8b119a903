/**
 * Puts missing entries of the log back into a list of the kernel. It only adds: no entry of anybody
 * is detached or replaced, and a list that holds one program is left alone unless it is empty.
 */
import type { AttachTypeName } from '../../domain/attach-type.ts';
import type { AttachFlags } from '../../domain/flags.ts';
import type { Cgroup, Entry, Kernel as Model } from '../../domain/kernel.ts';
import { listOf, progIdOf } from '../../domain/list.ts';
import { type Answered, must, SYS } from '../../native/syscall.ts';
import type { Repair } from '../ledger/ledger.ts';
import { procPath } from '../live/beneath.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { realIdBehind } from '../live/objects.ts';
import { linkOf, ownListOf } from '../live/observe.ts';
import { heldPath, openHeld } from '../place/held.ts';
import type { Place } from '../place/place.ts';
import { attachProgram, createLink, pinOver, updateLink } from './raw-calls.ts';

/** The list in which entries are put back. */
export interface Ground {
  readonly live: LiveKernel;
  readonly place: Place;
  readonly model: Model;
}

interface List {
  readonly cgroup: Cgroup;
  readonly type: AttachTypeName;
}

/** Puts back what one list lacks. */
export function putBackEntries(ground: Ground, list: List): Repair[] {
  const { live } = ground;
  const { mode, entries } = listOf(list.cgroup, list.type);
  if (entries.length === 0) return [];
  const repairs: Repair[] = [];
  // From the last on, so that the one that an entry comes before stands already.
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i] as Entry;
    const fd = live.cgroups.at(list.cgroup.path)?.fd;
    if (fd === undefined) return repairs;
    const real = ownListOf(live, fd, list.type);
    if (isThere(ground, list, entry)) {
      repairs.push(...putBackProgram(ground, entry));
      continue;
    }
    // In a list of one program it would replace what somebody else attached.
    if (real.attached.length > 0 && (mode !== 'multi' || real.mode !== 'multi')) return repairs;
    const present = (one: Entry) => isThere(ground, list, one);
    const placing = choosePlacing(live, entry, {
      next: entries.slice(i + 1).find(present),
      previous: entries.slice(0, i).findLast(present),
    });
    repairs.push(putBackEntry(ground, list, { entry, placing, fd, revision: real.revision }));
  }
  return repairs;
}

function isThere({ live, model }: Ground, { cgroup, type }: List, entry: Entry): boolean {
  if ('link_id' in entry) return linkOf(live, entry.link_id)?.cgroup_id === cgroup.id;
  const { entries } = listOf(cgroup, type);
  const real = ownListOf(live, live.cgroups.at(cgroup.path)?.fd ?? -1, type);
  const runs = real.attached.filter((id) => id === progIdOf(model, entry)).length;
  const byLinks = entries.filter((one) => {
    const link = 'link_id' in one ? linkOf(live, one.link_id) : undefined;
    return link?.cgroup_id === cgroup.id && link.prog_id === entry.prog_id;
  });
  return runs > byLinks.length;
}

/** Gives a link its program again, where it runs another one. */
function putBackProgram({ live, place, model }: Ground, entry: Entry): Repair[] {
  if (!('link_id' in entry)) return [];
  const wanted = progIdOf(model, entry);
  if (linkOf(live, entry.link_id)?.prog_id === wanted) return [];
  const link = openHeld(live, place.held, { kind: 'link', id: entry.link_id, file_flags: 0 });
  if ('errno' in link) return [];
  const answered = withProgram(live, place, wanted, (progFd) =>
    updateLink(live.kernel, link.ret, progFd),
  );
  live.kernel.call(SYS.close, link.ret);
  return [
    { what: 'link', where: String(entry.link_id), did: sayRepair(answered, `program ${wanted}`) },
  ];
}

interface Missing {
  readonly entry: Entry;
  readonly placing: Placing;
  readonly fd: number;
  readonly revision: number;
}

function putBackEntry(ground: Ground, { cgroup, type }: List, missing: Missing): Repair {
  const { live, place, model } = ground;
  const { entry, placing, fd: cgroupFd, revision } = missing;
  const isLink = 'link_id' in entry;
  const { mode } = listOf(cgroup, type);
  const plain: AttachFlags = [
    ...(isLink || mode === 'none' ? [] : [mode]),
    ...(entry.preorder === true ? (['preorder'] as const) : []),
  ];
  const make = (progFd: number, where: Placing): Answered => {
    const flags = [...plain, ...where.flags];
    const at = { progFd, cgroupFd, type, flags, anchor: where.anchor, revision };
    return isLink ? createLink(live.kernel, at) : attachProgram(live.kernel, at);
  };
  const answered = withProgram(live, place, progIdOf(model, entry), (progFd) => {
    const first = make(progFd, placing);
    // When the kernel has no order of entries, they go to the end.
    return 'errno' in first && first.errno === 'EINVAL' ? make(progFd, LAST) : first;
  });
  if (isLink && 'ret' in answered) holdAnew(live, place, entry.link_id, answered.ret);
  const name = isLink ? `link ${entry.link_id}` : `program ${entry.prog_id}`;
  return { what: 'entry', where: `${cgroup.path} ${type}`, did: sayRepair(answered, name) };
}

/** The place of an entry in a list, as the kernel takes it. */
interface Placing {
  readonly flags: AttachFlags;
  /** The kernel's id of the anchor; 0 for none. */
  readonly anchor: number;
}

const LAST: Placing = { flags: [], anchor: 0 };

interface Neighbours {
  readonly next: Entry | undefined;
  readonly previous: Entry | undefined;
}

/** The kernel places links only by links, and programs by programs. */
function choosePlacing(live: LiveKernel, entry: Entry, { next, previous }: Neighbours): Placing {
  const alike = (one: Entry) => {
    return 'link_id' in one === 'link_id' in entry && one.preorder === entry.preorder;
  };
  if (next === undefined) return LAST;
  if (alike(next)) return anchorTo(live, 'before', next);
  if (previous === undefined) return { flags: ['before'], anchor: 0 };
  // The kernel cannot place it between two of the other kind: then the order stays drift.
  return alike(previous) ? anchorTo(live, 'after', previous) : LAST;
}

function anchorTo(live: LiveKernel, side: 'before' | 'after', entry: Entry): Placing {
  if ('link_id' in entry) {
    const anchor = live.ids.realOf('link', entry.link_id) ?? 0;
    return { flags: [side, 'id', 'link'], anchor };
  }
  return { flags: [side, 'id'], anchor: live.ids.realOf('prog', entry.prog_id) ?? 0 };
}

/** The new link is the log's link from here on. */
function holdAnew(live: LiveKernel, place: Place, id: number, fd: number): void {
  live.ids.introduce('link', realIdBehind(live, fd), id);
  const at = { fresh: freshPin(place), path: heldPath(place.held, 'link', id) };
  must(pinOver(live.kernel, fd, at), `pin link ${id} anew`);
  live.kernel.call(SYS.close, fd);
}

/** The name of a pin until it gets its own; bpffs names have no dots. */
export function freshPin({ held }: Place): string {
  return `${procPath(held.fd)}/fresh`;
}

function withProgram(
  live: LiveKernel,
  { held }: Place,
  id: number,
  run: (progFd: number) => Answered,
): Answered {
  const opened = openHeld(live, held, { kind: 'prog', id, file_flags: 0 });
  if ('errno' in opened) return opened;
  const answered = run(opened.ret);
  live.kernel.call(SYS.close, opened.ret);
  return answered;
}

/** A sentence for a repair. */
export function sayRepair(answered: Answered, what: string): string {
  return 'ret' in answered ? `${what} put back` : `${what} refused: ${answered.errno}`;
}
