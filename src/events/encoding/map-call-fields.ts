/** The fields of the calls about maps, as those of the other calls: append only. */
import type { CallName, Calls, MapCalls } from '../../domain/call.ts';
import { bool, listOf, mapKey, mapType, plain } from './field-coder.ts';
import { type FieldList, fieldList } from './field-list.ts';

const walked = fieldList<Calls['map_lookup_batch']>({
  map_fd: plain(),
  count: plain(),
  in_batch: plain(),
  elem_flags: plain(),
  flags: plain(),
  attr_size: plain(),
});

export const MAP_CALL_FIELDS: {
  readonly [N in CallName & keyof MapCalls]: FieldList<Calls[N]>;
} = {
  map_create: fieldList<Calls['map_create']>({
    map_type: mapType,
    key_size: plain(),
    value_size: plain(),
    max_entries: plain(),
    map_flags: plain(),
    map_name: plain(),
    attr_size: plain(),
    inner_map_fd: plain(),
    btf_fd: plain(),
    btf_key_type_id: plain(),
    btf_value_type_id: plain(),
    btf_vmlinux_value_type_id: plain(),
    map_extra: plain(),
    numa_node: plain(),
    map_token_fd: plain(),
    excl_prog_hash: bool(),
    excl_prog_hash_size: plain(),
  }),
  map_lookup_elem: fieldList<Calls['map_lookup_elem']>({
    map_fd: plain(),
    key: mapKey,
    attr_size: plain(),
  }),
  map_lookup_and_delete_elem: fieldList<Calls['map_lookup_and_delete_elem']>({
    map_fd: plain(),
    key: mapKey,
    flags: plain(),
    attr_size: plain(),
  }),
  map_freeze: fieldList<Calls['map_freeze']>({ map_fd: plain(), attr_size: plain() }),
  map_update_elem: fieldList<Calls['map_update_elem']>({
    map_fd: plain(),
    key: mapKey,
    value: plain(),
    flags: plain(),
    attr_size: plain(),
  }),
  map_delete_elem: fieldList<Calls['map_delete_elem']>({
    map_fd: plain(),
    key: mapKey,
    value: plain(),
    attr_size: plain(),
  }),
  map_update_batch: fieldList<Calls['map_update_batch']>({
    map_fd: plain(),
    keys: listOf(mapKey),
    values: plain(),
    elem_flags: plain(),
    flags: plain(),
    attr_size: plain(),
  }),
  map_delete_batch: fieldList<Calls['map_delete_batch']>({
    map_fd: plain(),
    keys: listOf(mapKey),
    elem_flags: plain(),
    flags: plain(),
    attr_size: plain(),
  }),
  map_lookup_batch: walked,
  map_lookup_and_delete_batch: walked,
  map_get_next_key: fieldList<Calls['map_get_next_key']>({
    map_fd: plain(),
    key: mapKey,
    attr_size: plain(),
  }),
};
