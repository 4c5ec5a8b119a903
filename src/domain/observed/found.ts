/**
 * What follows from a sighting that something was found: it is made to be there. What is there
 * already, as it was told, leaves no effects; what contradicts the sighting is gone before
 * (`before.ts`), and a sighting that can still not be has none.
 */
import { attachTypeOf, CGROUP_HOOKS } from '../attach-type.ts';
import { ROOT_CAPABILITIES } from '../capability.ts';
import type { Effect } from '../effect.ts';
import type { Kernel, Process } from '../kernel.ts';
import { programDropped } from '../lifetime.ts';
import { indexOfProg, listOf } from '../list.ts';
import { mapTypeNumber, mapTypeOf } from '../map-type.ts';
import { parentPath } from '../path.ts';
import { progTypeOf } from '../prog-type.ts';
import { isStorageMap, storagesMade } from '../storage.ts';
import { isThere } from './gone.ts';
import type { Found, FoundThings } from './sighting.ts';
import { cgroupAs, nextOwnId } from './unknown-cgroup.ts';
import { Work } from './work.ts';

/** Who a sighting is of. */
export interface Sighted {
  readonly pid: number;
  readonly comm?: string | undefined;
}

/** The mode of a pin and of a directory that were found. */
const PIN_MODE = 0o600;

/** The effects of a sighting. */
export function foundEffects(kernel: Kernel, of: Sighted, found: Found): readonly Effect[] {
  if ('process' in found) return processFound(kernel, of, found.process);
  if ('cgroup' in found) return cgroupFound(kernel, of.pid, found.cgroup);
  if ('prog' in found) return progFound(kernel, found.prog);
  if ('map' in found) return mapFound(kernel, found.map);
  if ('entry' in found) return entryFound(kernel, found.entry);
  if ('link' in found) return linkFound(kernel, of.pid, found.link);
  if ('pin' in found) return pinFound(kernel, of.pid, found.pin);
  return fdFound(kernel, of.pid, found.fd);
}

function processFound(
  kernel: Kernel,
  { pid, comm }: Sighted,
  told: FoundThings['process'],
): readonly Effect[] {
  const process = kernel.processes.get(pid);
  const uid = told.uid ?? process?.uid ?? 0;
  const caps = told.caps ?? process?.caps ?? ROOT_CAPABILITIES;
  const effects: Effect[] = [];
  if (process === undefined) {
    effects.push({ type: 'ProcessSpawned', pid, comm: comm ?? '', uid, caps });
  } else if (uid !== process.uid || caps.join() !== process.caps.join()) {
    effects.push({ type: 'CredentialsChanged', uid, caps });
  }
  const root = kernel.boot.config.root_cgroup_id;
  const cgroup = told.cgroup === undefined ? undefined : kernel.cgroupIds.get(told.cgroup);
  if (cgroup !== undefined && cgroup !== (process?.cgroup_id ?? root)) {
    effects.push({ type: 'ProcessMoved', cgroup_id: cgroup });
  }
  return effects;
}

function cgroupFound(
  kernel: Kernel,
  pid: number,
  { path, id: told }: FoundThings['cgroup'],
): readonly Effect[] {
  const isTaken = told !== undefined && kernel.cgroups.has(told);
  if (kernel.cgroupIds.has(path) || isTaken) return [];
  const work = new Work(kernel, pid);
  const missing = [path];
  for (let above = parentPath(path); !kernel.cgroupIds.has(above); above = parentPath(above)) {
    missing.unshift(above);
  }
  for (const name of missing) {
    const own = nextOwnId(work.kernel);
    const cgroup_id = name === path ? (told ?? own) : own;
    work.apply({ type: 'CgroupMade', cgroup_id, path: name });
  }
  return work.effects;
}

function progFound(kernel: Kernel, told: FoundThings['prog']): readonly Effect[] {
  const { id, prog_name = '', tag = '', uid = 0 } = told;
  // A program holds a map once, however often it names it (`bpf_prog_bind_map`).
  const map_ids = [...new Set(told.map_ids)];
  if (kernel.programs.has(id) || !map_ids.every((map) => kernel.maps.has(map))) return [];
  const isStorage = (map: number) => {
    const row = kernel.maps.get(map);
    return row !== undefined && isStorageMap(row);
  };
  const effect = {
    type: 'ProgLoaded',
    prog_id: id,
    prog_type: progTypeOf(told.prog_type ?? 'unspec'),
    expected_attach_type: attachTypeOf(told.expected_attach_type ?? 0),
    enforced: false,
    prog_name,
    tag,
    uid,
    map_ids,
    storage_map_ids: map_ids.filter(isStorage),
  } as const;
  return [effect];
}

function mapFound(kernel: Kernel, told: FoundThings['map']): readonly Effect[] {
  const { id, key_size = 0, value_size = 0, max_entries = 0, map_name = '' } = told;
  if (kernel.maps.has(id)) return [];
  const map_type = mapTypeOf(mapTypeNumber(told.map_type ?? 'unspec'));
  const sizes = { key_size, value_size, max_entries };
  return [{ type: 'MapCreated', map_id: id, map_type, ...sizes, map_name }];
}

function entryFound(kernel: Kernel, told: FoundThings['entry']): readonly Effect[] {
  const { attach_type, mode, prog_id } = told;
  const cgroup = kernel.cgroups.get(kernel.cgroupIds.get(told.cgroup) ?? 0);
  const program = kernel.programs.get(prog_id);
  if (cgroup === undefined || program === undefined) return [];
  const list = listOf(cgroup, attach_type);
  if (indexOfProg(list, prog_id) >= 0) return [];
  const { length } = list.entries;
  const inserted = {
    type: 'EntryInserted',
    cgroup_id: cgroup.id,
    attach_type,
    index: Math.min(told.index ?? length, length),
    revision: list.revision + 1,
    mode,
    prog_id,
    ...(told.preorder && { preorder: true as const }),
  } as const;
  return [...storagesMade(kernel, program, { cgroup, type: attach_type }, list.entries), inserted];
}

function linkFound(kernel: Kernel, pid: number, told: FoundThings['link']): readonly Effect[] {
  const { id: link_id, prog_id, attach_type, preorder } = told;
  const program = kernel.programs.get(prog_id);
  const id = told.cgroup === undefined ? 0 : kernel.cgroupIds.get(told.cgroup);
  if (program === undefined || id === undefined) return [];
  const known = kernel.links.get(link_id);
  const cgroup = kernel.cgroups.get(id);
  const list = cgroup === undefined ? undefined : listOf(cgroup, attach_type);
  if (known !== undefined) {
    if (known.prog_id === prog_id || list === undefined || known.cgroup_id !== id) return [];
    const was_prog_id = known.prog_id;
    const revision = list.revision + 1;
    const dropped = programDropped(kernel, was_prog_id, 'link_updated');
    return [{ type: 'LinkUpdated', link_id, prog_id, was_prog_id, revision }, ...dropped];
  }
  const work = new Work(kernel, pid);
  work.apply({ type: 'LinkCreated', link_id, prog_id, cgroup_id: id, attach_type });
  if (cgroup === undefined || list === undefined) return work.effects;
  const { length } = list.entries;
  work.apply(...storagesMade(kernel, program, { cgroup, type: attach_type }, list.entries), {
    type: 'EntryInserted',
    cgroup_id: id,
    attach_type,
    index: Math.min(told.index ?? length, length),
    revision: list.revision + 1,
    mode: length === 0 ? 'multi' : list.mode,
    link_id,
    ...(preorder && { preorder }),
  });
  return work.effects;
}

function pinFound(
  kernel: Kernel,
  pid: number,
  { path, kind, id }: FoundThings['pin'],
): readonly Effect[] {
  if (path === '/' || kernel.bpffs.has(path)) return [];
  if (kind !== 'dir' && !isThere(kernel, kind, id)) return [];
  // After the umount of the bpffs no name has a place; a sighting says nothing of mounts.
  if (!kernel.bpffs.has('/')) return [];
  const work = new Work(kernel, pid);
  const missing: string[] = [];
  for (let above = parentPath(path); !kernel.bpffs.has(above); above = parentPath(above)) {
    missing.unshift(above);
  }
  for (const name of missing) work.apply({ type: 'DirectoryMade', path: name });
  // A pin cannot stand below a pin: what is in the way is gone before.
  if (kernel.bpffs.get(parentPath(missing[0] ?? path))?.kind !== 'dir') return [];
  work.apply(
    kind === 'dir'
      ? { type: 'DirectoryMade', path }
      : { type: 'PinCreated', path, kind, id, uid: 0, mode: PIN_MODE },
  );
  return work.effects;
}

function fdFound(kernel: Kernel, pid: number, told: FoundThings['fd']): readonly Effect[] {
  const process = kernel.processes.get(pid);
  if (process === undefined) return [];
  const { fd, kind } = told;
  const id = idBehind(kernel, told);
  if (id === undefined) return [];
  const isNew = !isOpenOn(kernel, process, told);
  // A new fd is close-on-exec, as those of BPF objects are.
  const cloexec = isNew || process.fds.get(fd)?.cloexec === true;
  const effects: Effect[] = isNew ? [{ type: 'FdOpened', fd, kind, id }] : [];
  if (told.cloexec !== undefined && told.cloexec !== cloexec) {
    effects.push({ type: 'CloexecChanged', fd, cloexec: told.cloexec });
  }
  return effects;
}

/** The id of what an fd is open on: 0 for what has none, undefined when it cannot be there. */
export function idBehind(kernel: Kernel, told: FoundThings['fd']): number | undefined {
  const { kind, id, path } = told;
  if (kind === 'other') return 0;
  if (kind !== 'cgroup') return id !== undefined && isThere(kernel, kind, id) ? id : undefined;
  return (path === undefined ? undefined : cgroupAs(kernel, path, id)) ?? id;
}

/** Whether a process has an fd open on just that, as far as it was told. */
export function isOpenOn(
  kernel: Kernel,
  { fds }: Pick<Process, 'fds'>,
  told: FoundThings['fd'],
): boolean {
  const entry = fds.get(told.fd);
  const file = entry === undefined ? undefined : kernel.files.get(entry.file);
  if (file === undefined || file.kind !== told.kind) return false;
  return told.kind === 'other' || file.id === idBehind(kernel, told);
}

/** What a program must be that is attached for a type: as much as the type alone says. */
export function fittingProgram(attach: FoundThings['entry']['attach_type']) {
  const hook = typeof attach === 'string' ? CGROUP_HOOKS[attach] : undefined;
  if (hook === undefined) return {};
  const { progType: prog_type, expected } = hook;
  return expected === 'equal' ? { prog_type, expected_attach_type: attach } : { prog_type };
}
