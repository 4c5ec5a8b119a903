/** Golden steps on maps as calls of the model. */

import type { AttachType } from '../../domain/attach-type.ts';
import type { Call, MapKey } from '../../domain/call.ts';
import { isPrefix } from '../../domain/maps/prefixes.ts';
import type { LabelBook } from './labels.ts';
import { pickFields, type Step } from './scenario.ts';

/** Fields of a map that a step tells as the call does. */
const TOLD = [
  ...['btf_key_type_id', 'btf_value_type_id', 'btf_vmlinux_value_type_id'],
  ...['map_extra', 'numa_node', 'excl_prog_hash', 'excl_prog_hash_size'],
];
/** The types of cgroup storage maps. */
export const STORAGE_TYPES: readonly unknown[] = ['cgroup_storage', 'percpu_cgroup_storage'];

/** The call that a step on a map makes; undefined when the step is about something else. */
export function mapCall(step: Step, labels: LabelBook): Call | undefined {
  const fd = (field: string) => labels.fd(step.proc, step[field]) ?? 0;
  const map_fd = fd(step.op === 'prog_bind_map' ? 'map' : 'fd');
  switch (step.op) {
    case 'map_create': {
      const isStorage = STORAGE_TYPES.includes(step.map_type);
      return {
        name: 'map_create',
        map_type: step.map_type,
        key_size: step.key_size ?? (isStorage ? 16 : 4),
        value_size: step.value_size ?? 8,
        max_entries: step.max_entries ?? (isStorage ? 0 : 4),
        map_flags: step.map_flags ?? 0,
        ...(step.inner === undefined ? {} : { inner_map_fd: fd('inner') }),
        map_name: step.name ?? step.fd,
        ...(step.btf === undefined ? {} : { btf_fd: fd('btf') }),
        ...pickFields(step, ...TOLD),
      } as Call;
    }
    case 'prog_bind_map': {
      const prog_fd = fd('prog');
      return { name: 'prog_bind_map', prog_fd, map_fd, flags: Number(step.flags ?? 0) };
    }
    case 'map_freeze':
      return { name: 'map_freeze', map_fd };
    case 'map_lookup':
      return { name: 'map_lookup_elem', map_fd, ...keyIn(step, labels) };
    case 'map_delete':
      // The golden recorder fills in the value pointer of every element call, unless it is told not to.
      return {
        ...{ name: 'map_delete_elem', map_fd, key: keyOf(step.key, labels) },
        ...(step.value === null ? {} : { value: 0 }),
      };
    case 'map_take': {
      const flags = step.flags === undefined ? {} : { flags: Number(step.flags) };
      return { name: 'map_lookup_and_delete_elem', map_fd, ...keyIn(step, labels), ...flags };
    }
    case 'map_update': {
      const flags = Number(step.flags ?? 0);
      // A label stands for the fd of what the element is to hold.
      const value = typeof step.value === 'string' ? fd('value') : Number(step.value);
      return { name: 'map_update_elem', map_fd, ...keyIn(step, labels), value, flags };
    }
    case 'map_batch':
      return batchCall(step, map_fd);
    case 'map_keys':
      return { name: 'map_get_next_key', map_fd };
    default:
      return undefined;
  }
}

/** A command on many elements of a plain map. */
function batchCall(step: Step, map_fd: number): Call {
  const { keys, values, count, elem_flags = 0, flags = 0 } = step;
  const rest = { map_fd, elem_flags: Number(elem_flags), flags: Number(flags) };
  switch (step.command) {
    case 'update':
      return { name: 'map_update_batch', keys, values, ...rest } as Call;
    case 'delete':
      return { name: 'map_delete_batch', keys, ...rest } as Call;
    case 'lookup':
      return { name: 'map_lookup_batch', count: Number(count), ...rest };
    default:
      return { name: 'map_lookup_and_delete_batch', count: Number(count), ...rest };
  }
}

/** A null stands for no pointer to a key. */
function keyIn(step: Step, labels: LabelBook): { readonly key?: MapKey } {
  return step.key === null ? {} : { key: keyOf(step.key, labels) };
}

function keyOf(key: unknown, labels: LabelBook): MapKey {
  if (typeof key === 'number' || isPrefix(key as MapKey)) return key as MapKey;
  const { cg, attach_type } = key as { cg: string; attach_type?: AttachType };
  const cgroup_id = labels.cgroupId(cg);
  return attach_type === undefined ? { cgroup_id } : { cgroup_id, attach_type };
}
