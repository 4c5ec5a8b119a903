/** Schemas of the calls on maps and their elements. */
import { z } from 'zod';
import { bpfCommand } from './bpf-command.ts';
import { u32, u64 } from './numbers.ts';
import { objectName } from './text.ts';
import { mapKey, type Vocabulary } from './vocabulary.ts';

/** Elements of one command. */
const BATCH_MAX = 4096;

const walked = {
  count: z.int().min(0).max(BATCH_MAX).exactOptional(),
  in_batch: u32.exactOptional(),
};

export function mapCalls<V extends Vocabulary>(words: V) {
  const map_fd = (words.fd as V['fd']).exactOptional();
  const key = mapKey(words);
  const keys = z.array(key).max(BATCH_MAX);
  const batched = { map_fd, elem_flags: u32.exactOptional(), flags: u32.exactOptional() };
  return [
    bpfCommand('map_create', {
      map_type: words.mapType as V['mapType'],
      key_size: u32.exactOptional(),
      value_size: u32.exactOptional(),
      max_entries: u32.exactOptional(),
      map_flags: u32.exactOptional(),
      inner_map_fd: (words.fd as V['fd']).exactOptional(),
      map_name: objectName.exactOptional(),
      btf_fd: (words.fd as V['fd']).exactOptional(),
      btf_key_type_id: u32.exactOptional(),
      btf_value_type_id: u32.exactOptional(),
      btf_vmlinux_value_type_id: u32.exactOptional(),
      map_extra: u64.exactOptional(),
      numa_node: u32.exactOptional(),
      map_token_fd: (words.fd as V['fd']).exactOptional(),
      excl_prog_hash: z.boolean().exactOptional(),
      excl_prog_hash_size: u32.exactOptional(),
    }),
    bpfCommand('map_freeze', { map_fd }),
    bpfCommand('map_lookup_elem', {
      map_fd,
      key: key.exactOptional(),
    }),
    bpfCommand('map_update_elem', {
      map_fd,
      key: key.exactOptional(),
      value: u64,
      flags: u32.exactOptional(),
    }),
    bpfCommand('map_delete_elem', {
      map_fd,
      key,
      value: u64.exactOptional(),
    }),
    bpfCommand('map_lookup_and_delete_elem', {
      map_fd,
      key: key.exactOptional(),
      flags: u32.exactOptional(),
    }),
    bpfCommand('map_update_batch', {
      ...batched,
      keys,
      values: z.array(u64).max(BATCH_MAX),
    }).refine(({ keys, values }) => keys.length === values.length, {
      message: 'there must be as many as keys',
      path: ['values'],
    }),
    bpfCommand('map_delete_batch', { ...batched, keys }),
    bpfCommand('map_lookup_batch', { ...batched, ...walked }),
    bpfCommand('map_lookup_and_delete_batch', { ...batched, ...walked }),
    bpfCommand('map_get_next_key', {
      map_fd,
      key: key.exactOptional(),
    }),
  ] as const;
}
