/**
 * What must be so before a sighting can be: an older object of the same id or name is gone, and
 * what the new one refers to is there.
 */
import type { Kernel } from '../kernel.ts';
import { listOf } from '../list.ts';
import { parentPath } from '../path.ts';
import { fittingProgram, isOpenOn } from './found.ts';
import { isThere } from './gone.ts';
import type { Found, FoundThings, Gone, Sighting } from './sighting.ts';
import { cgroupAs } from './unknown-cgroup.ts';

/** The sightings to infer before one, in order. Each may have its own before it. */
export function sightingsBefore(kernel: Kernel, pid: number, sighting: Sighting): Sighting[] {
  switch (sighting.name) {
    case 'found':
      return beforeFound(kernel, pid, sighting);
    case 'gone':
      return beforeGone(kernel, sighting);
    case 'lost':
      return [];
    default:
      return sighting satisfies never;
  }
}

function beforeFound(kernel: Kernel, pid: number, found: Found): Sighting[] {
  if ('process' in found) return beforeCgroupPath(kernel, found.process.cgroup);
  if ('cgroup' in found) return beforeCgroup(kernel, found.cgroup);
  if ('prog' in found) {
    return (found.prog.map_ids ?? []).map((id) => ({ name: 'found', map: { id } }));
  }
  if ('map' in found) return [];
  if ('entry' in found) return beforeEntry(kernel, found.entry);
  if ('link' in found) return beforeLink(kernel, found.link);
  if ('pin' in found) return beforePin(kernel, found.pin);
  return beforeFd(kernel, pid, found.fd);
}

function beforeCgroupPath(kernel: Kernel, path: string | undefined): Sighting[] {
  if (path === undefined || kernel.cgroupIds.has(path)) return [];
  return [{ name: 'found', cgroup: { path } }];
}

function beforeCgroup(kernel: Kernel, { path, id }: FoundThings['cgroup']): Sighting[] {
  if (id === undefined || cgroupAs(kernel, path, id) !== undefined) return [];
  const elsewhere = kernel.cgroups.get(id)?.path;
  const occupied = [path, ...(elsewhere === undefined ? [] : [elsewhere])];
  return occupied.map((name) => ({ name: 'gone', cgroup: { path: name } }));
}

function beforeEntry(kernel: Kernel, entry: FoundThings['entry']): Sighting[] {
  const { attach_type, prog_id, cgroup, mode } = entry;
  return [
    ...beforeCgroupPath(kernel, cgroup),
    // What goes may take the program along, which then is found anew.
    ...beforeMode(kernel, { cgroup, attach_type, mode }),
    { name: 'found', prog: { id: prog_id, ...fittingProgram(attach_type) } },
  ];
}

/** Entries of another mode cannot be in a list; those that hold one alone make room for it. */
function beforeMode(
  kernel: Kernel,
  { cgroup: path, attach_type, mode }: Omit<FoundThings['entry'], 'prog_id'>,
): Sighting[] {
  const cgroup = kernel.cgroups.get(kernel.cgroupIds.get(path) ?? 0);
  const list = cgroup === undefined ? undefined : listOf(cgroup, attach_type);
  if (list === undefined || (list.mode === mode && mode === 'multi')) return [];
  return list.entries.map((entry) =>
    'link_id' in entry
      ? { name: 'gone', link: { id: entry.link_id } }
      : { name: 'gone', entry: { cgroup: path, attach_type, prog_id: entry.prog_id } },
  );
}

function beforeLink(kernel: Kernel, link: FoundThings['link']): Sighting[] {
  const { id, prog_id, attach_type, cgroup } = link;
  const known = kernel.links.get(id);
  const cgroupId = cgroup === undefined ? 0 : kernel.cgroupIds.get(cgroup);
  const isSame = known?.attach_type === attach_type && known.cgroup_id === cgroupId;
  const isGone = known !== undefined && !(isSame && (cgroupId !== 0 || known.prog_id === prog_id));
  const older: Sighting[] = isGone ? [{ name: 'gone', link: { id } }] : [];
  const program = { id: prog_id, ...fittingProgram(attach_type) };
  const found: Sighting = { name: 'found', prog: program };
  if (cgroup === undefined || (known !== undefined && !isGone)) return [...older, found];
  const isMulti = !kernel.switches.link_flags_choose_mode;
  const others = isMulti ? beforeMode(kernel, { cgroup, attach_type, mode: 'multi' }) : [];
  return [...older, ...beforeCgroupPath(kernel, cgroup), ...others, found];
}

function beforePin(kernel: Kernel, { path, kind, id }: FoundThings['pin']): Sighting[] {
  const before: Sighting[] = [];
  const node = kernel.bpffs.get(path);
  if (node !== undefined && (node.kind !== kind || node.id !== id)) {
    before.push({ name: 'gone', pin: { path } });
  }
  for (let above = parentPath(path); above !== '/'; above = parentPath(above)) {
    const kindAbove = kernel.bpffs.get(above)?.kind ?? 'dir';
    if (kindAbove !== 'dir') before.push({ name: 'gone', pin: { path: above } });
  }
  if (kind === 'prog') before.push({ name: 'found', prog: { id } });
  if (kind === 'map') before.push({ name: 'found', map: { id } });
  return before;
}

function beforeFd(kernel: Kernel, pid: number, told: FoundThings['fd']): Sighting[] {
  const before: Sighting[] = [];
  const { fd, kind, id, path } = told;
  const process = kernel.processes.get(pid);
  if (process === undefined) before.push({ name: 'found', process: {} });
  const isOther = process === undefined || !isOpenOn(kernel, process, told);
  if (isOther) before.push({ name: 'gone', fd: { fd } });
  if (kind === 'prog' && id !== undefined) before.push({ name: 'found', prog: { id } });
  if (kind === 'map' && id !== undefined) before.push({ name: 'found', map: { id } });
  if (kind === 'cgroup' && path !== undefined) {
    before.push({ name: 'found', cgroup: id === undefined ? { path } : { path, id } });
  }
  return before;
}

/** What refers to an object goes before it. */
function beforeGone(kernel: Kernel, gone: Gone): Sighting[] {
  if ('map' in gone) {
    if (!isThere(kernel, 'map', gone.map.id)) return [];
    const users = [...kernel.programs.values()].filter(({ map_ids }) =>
      map_ids.includes(gone.map.id),
    );
    return users.map(({ id }) => ({ name: 'gone', prog: { id } }));
  }
  if (!('prog' in gone) || !isThere(kernel, 'prog', gone.prog.id)) return [];
  const { id } = gone.prog;
  const before: Sighting[] = [];
  for (const link of kernel.links.values()) {
    if (link.prog_id === id) before.push({ name: 'gone', link: { id: link.id } });
  }
  for (const { path, lists } of kernel.cgroups.values()) {
    for (const [attach_type, { entries }] of lists) {
      const holds = entries.some((entry) => 'prog_id' in entry && entry.prog_id === id);
      if (holds) before.push({ name: 'gone', entry: { cgroup: path, attach_type, prog_id: id } });
    }
  }
  return before;
}
