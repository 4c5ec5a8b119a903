/**
 * The effects of a success that no rule explains, as far as the call's own arguments give them. An
 * fd that it returned is open at least, if on nothing that is known; and no object is invented.
 */

import { attachTypeOf } from '../attach-type.ts';
import type { Call, CallOf } from '../call.ts';
import { type Caller, fileAt } from '../caller.ts';
import type { Effect } from '../effect.ts';
import { ATTACH_FLAG_BITS, flagWord } from '../flags.ts';
import type { Cgroup } from '../kernel.ts';
import { Lifetime } from '../lifetime.ts';
import { indexOfProg, listOf } from '../list.ts';
import { mapTypeNumber, mapTypeOf } from '../map-type.ts';
import { nextObjectId } from '../next-id.ts';
import type { Success } from '../outcome.ts';
import { progTypeOf } from '../prog-type.ts';
import { foundEffects, idBehind } from './found.ts';
import { goneEffects } from './gone.ts';
import { returnKind } from './returns.ts';

/** What followed from a call that succeeded, when the rules refuse it. */
export function forcedEffects(caller: Caller, call: Call, outcome: Success): readonly Effect[] {
  const { kernel, process } = caller;
  const { pid } = process;
  switch (call.name) {
    case 'rmdir':
      return goneEffects(kernel, pid, { name: 'gone', cgroup: { path: call.path } });
    case 'prog_attach':
      return attachEffects(caller, call);
    case 'prog_detach':
      return detachEffects(caller, call);
    case 'link_update':
      return updateEffects(caller, call);
    case 'dup2':
    case 'dup3':
      return duplicate(caller, call);
    case 'prog_load':
      return loadEffects(caller, call, outcome);
    case 'btf_get_fd_by_id':
      return [{ type: 'FdOpened', fd: outcome.ret, kind: 'btf', id: call.btf_id }];
    case 'map_create':
      return mapMade(caller, call, outcome);
    case 'link_create':
      return linkEffects(caller, call, outcome) ?? openEffects(caller, outcome);
    default:
      return returnKind(call) === 'fd' ? openEffects(caller, outcome) : [];
  }
}

/** An fd on what the recorder knows of it, or on something else. */
function openEffects({ kernel }: Caller, outcome: Success): readonly Effect[] {
  const { ret: fd } = outcome;
  for (const kind of ['prog', 'link', 'map', 'cgroup'] as const) {
    const told = outcome[`${kind}_id`];
    const id = told === undefined ? undefined : idBehind(kernel, { fd, kind, id: told });
    if (id !== undefined) return [{ type: 'FdOpened', fd, kind, id }];
  }
  return [{ type: 'FdOpened', fd, kind: 'other', id: 0 }];
}

function idAt(caller: Caller, fd: number | undefined, kind: 'prog' | 'link' | 'map') {
  const file = fileAt(caller, fd ?? 0);
  return file?.kind === kind ? file.id : undefined;
}

function cgroupOf(
  caller: Caller,
  call: { readonly target_fd?: number; readonly target_path?: string },
): Cgroup | undefined {
  const { kernel } = caller;
  if (call.target_path !== undefined) {
    return kernel.cgroups.get(kernel.cgroupIds.get(call.target_path) ?? 0);
  }
  const file = fileAt(caller, call.target_fd ?? 0);
  return file?.kind === 'cgroup' ? kernel.cgroups.get(file.id) : undefined;
}

function attachEffects(caller: Caller, call: CallOf<'prog_attach'>): readonly Effect[] {
  const { kernel, process } = caller;
  const prog_id = idAt(caller, call.attach_bpf_fd, 'prog');
  const cgroup = cgroupOf(caller, call);
  if (prog_id === undefined || cgroup === undefined) return [];
  const flags = flagWord(call.flags);
  const single = (flags & ATTACH_FLAG_BITS.override) === 0 ? 'none' : 'override';
  const mode = (flags & ATTACH_FLAG_BITS.multi) === 0 ? single : 'multi';
  const { attach_type } = call;
  return foundEffects(kernel, process, {
    name: 'found',
    entry: { cgroup: cgroup.path, attach_type, mode, prog_id },
  });
}

function detachEffects(caller: Caller, call: CallOf<'prog_detach'>): readonly Effect[] {
  const prog_id = idAt(caller, call.attach_bpf_fd, 'prog');
  const cgroup = cgroupOf(caller, call);
  if (prog_id === undefined || cgroup === undefined) return [];
  const index = indexOfProg(listOf(cgroup, call.attach_type), prog_id);
  if (index < 0) return [];
  const lifetime = new Lifetime(caller.kernel);
  lifetime.removeEntry(cgroup, call.attach_type, index, 'prog_detach');
  return lifetime.effects;
}

function updateEffects(caller: Caller, call: CallOf<'link_update'>): readonly Effect[] {
  const { kernel, process } = caller;
  const link = kernel.links.get(idAt(caller, call.link_fd, 'link') ?? 0);
  const prog_id = idAt(caller, call.new_prog_fd, 'prog');
  const cgroup = kernel.cgroups.get(link?.cgroup_id ?? 0)?.path;
  if (link === undefined || prog_id === undefined || cgroup === undefined) return [];
  const { id, attach_type } = link;
  return foundEffects(kernel, process, {
    name: 'found',
    link: { id, prog_id, attach_type, cgroup },
  });
}

/** The number was asked for, so what it held is closed. */
function duplicate({ kernel, process }: Caller, call: CallOf<'dup2' | 'dup3'>): readonly Effect[] {
  const { to_fd: to } = call;
  if (to < 0) return [];
  const entry = process.fds.get(to);
  const opened = { type: 'FdOpened', fd: to, kind: 'other', id: 0 } as const;
  if (entry === undefined) return [opened];
  const lifetime = new Lifetime(kernel);
  lifetime.dropFile(entry.file, 'last_fd_closed');
  return [{ type: 'FdClosed', fd: to }, ...lifetime.effects, opened];
}

function loadEffects(
  caller: Caller,
  call: CallOf<'prog_load'>,
  { ret: fd }: Success,
): readonly Effect[] {
  const { kernel, process } = caller;
  const maps = (call.map_fds ?? []).flatMap((map) => idAt(caller, map, 'map') ?? []);
  const { tag_is_sha256 } = kernel.switches;
  const effect = {
    type: 'ProgLoaded',
    prog_id: nextObjectId(kernel, 'prog'),
    fd,
    prog_type: progTypeOf(call.prog_type),
    expected_attach_type: attachTypeOf(call.expected_attach_type ?? 0),
    enforced: false,
    prog_name: call.prog_name ?? '',
    tag: (tag_is_sha256 ? call.tag?.sha256 : call.tag?.sha1) ?? '',
    uid: process.uid,
    map_ids: [...new Set(maps)],
    storage_map_ids: [],
  } as const;
  return [effect];
}

function mapMade(
  { kernel }: Caller,
  call: CallOf<'map_create'>,
  { ret: fd }: Success,
): readonly Effect[] {
  const { key_size = 0, value_size = 0, max_entries = 0, map_name = '' } = call;
  const sizes = { key_size, value_size, max_entries, map_name };
  const map_type = mapTypeOf(mapTypeNumber(call.map_type));
  return [{ type: 'MapCreated', map_id: nextObjectId(kernel, 'map'), fd, map_type, ...sizes }];
}

function linkEffects(
  caller: Caller,
  call: CallOf<'link_create'>,
  { ret: fd }: Success,
): readonly Effect[] | undefined {
  const { kernel, process } = caller;
  const prog_id = idAt(caller, call.prog_fd, 'prog');
  const cgroup = cgroupOf(caller, call);
  if (prog_id === undefined || cgroup === undefined) return undefined;
  const { attach_type } = call;
  const link = { id: nextObjectId(kernel, 'link'), prog_id, attach_type, cgroup: cgroup.path };
  const effects = foundEffects(kernel, process, { name: 'found', link });
  return effects.map((effect) => (effect.type === 'LinkCreated' ? { ...effect, fd } : effect));
}
