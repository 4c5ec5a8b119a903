/** What each call can give back: the meaning of its return value, and which object it tells of. */
import type { CallName } from '../call.ts';
import type { Success } from '../outcome.ts';

/** What a return value is: a new fd, a pid, the fd that was asked for, or nothing. */
export type ReturnKind = 'fd' | 'pid' | 'asked' | 'zero';

const RETURNS: { readonly [N in CallName]?: ReturnKind } = {
  spawn: 'pid',
  fork: 'pid',
  dup2: 'asked',
  open_cgroup: 'fd',
  open_other: 'fd',
  dup: 'fd',
  recv_fd: 'fd',
  prog_load: 'fd',
  link_create: 'fd',
  map_create: 'fd',
  obj_get: 'fd',
  prog_get_fd_by_id: 'fd',
  link_get_fd_by_id: 'fd',
  map_get_fd_by_id: 'fd',
};

/** What the return value of a call is. */
export function returnKind(name: CallName): ReturnKind {
  return RETURNS[name] ?? 'zero';
}

/** What an outcome can tell beside its return value. */
export type OutputName = Exclude<keyof Success, 'ret'>;

const ANY_OBJECT = ['prog_id', 'link_id', 'map_id'] as const;
const ANY_FILE = [...ANY_OBJECT, 'cgroup_id'] as const;

const OUTPUTS: { readonly [N in CallName]?: readonly OutputName[] } = {
  open_cgroup: ['cgroup_id'],
  mkdir: ['cgroup_id'],
  dup: ANY_FILE,
  recv_fd: [...ANY_FILE, 'lost'],
  prog_load: ['prog_id'],
  link_create: ['link_id'],
  map_create: ['map_id'],
  obj_get: ANY_OBJECT,
  prog_get_fd_by_id: ['prog_id'],
  link_get_fd_by_id: ['link_id'],
  map_get_fd_by_id: ['map_id'],
  prog_query: ['query'],
  obj_get_info_by_fd: ['info'],
  prog_get_next_id: ['next_id'],
  link_get_next_id: ['next_id'],
  map_get_next_id: ['next_id'],
  map_lookup_elem: ['value'],
  map_get_next_key: ['next_key'],
};

/** What the outcome of a call can tell beside its return value. */
export function outputsOf(name: CallName): readonly OutputName[] {
  return OUTPUTS[name] ?? [];
}
