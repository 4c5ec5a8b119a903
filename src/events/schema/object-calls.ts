/** Schemas of the calls on objects of any kind: pins, info, ids. */
import { z } from 'zod';
import { toldSet } from './bit-set.ts';
import { fileMode, u32 } from './numbers.ts';
import { strictObject } from './strict-object.ts';
import { path } from './text.ts';
import { attrSize, type Vocabulary, wholeAttrSize } from './vocabulary.ts';

export function objectCalls<V extends Vocabulary>(words: V) {
  const bpf_fd = (words.fd as V['fd']).exactOptional();
  return [
    strictObject({
      name: z.literal('obj_pin'),
      attr_size: attrSize,
      bpf_fd,
      path,
      file_flags: u32.exactOptional(),
      path_fd: bpf_fd,
    }),
    strictObject({
      name: z.literal('obj_get'),
      attr_size: attrSize,
      path,
      bpf_fd,
      file_flags: u32.exactOptional(),
      path_fd: bpf_fd,
    }),
    strictObject({
      name: z.literal('obj_get_info_by_fd'),
      bpf_fd,
      info_len: u32.exactOptional(),
      attr_size: wholeAttrSize,
    }),
    strictObject({
      name: z.literal('prog_get_fd_by_id'),
      prog_id: u32,
      open_flags: u32.exactOptional(),
      attr_size: wholeAttrSize,
    }),
    strictObject({
      name: z.literal('link_get_fd_by_id'),
      link_id: u32,
      open_flags: u32.exactOptional(),
      attr_size: wholeAttrSize,
    }),
    strictObject({
      name: z.literal('map_get_fd_by_id'),
      map_id: u32,
      open_flags: u32.exactOptional(),
      attr_size: wholeAttrSize,
    }),
    strictObject({
      name: z.literal('btf_get_fd_by_id'),
      btf_id: u32,
      open_flags: u32.exactOptional(),
      token_fd: bpf_fd,
      attr_size: wholeAttrSize,
    }),
    strictObject({
      name: z.literal('task_fd_query'),
      target_pid: words.fd as V['fd'],
      target_fd: words.fd as V['fd'],
      flags: u32.exactOptional(),
    }),
    strictObject({ name: z.literal('bpf'), cmd: u32 }),
    strictObject({
      name: z.literal('btf_load'),
      btf_size: u32.exactOptional(),
      btf_flags: u32.exactOptional(),
      btf_token_fd: bpf_fd,
    }),
    strictObject({
      name: z.literal('fsmount'),
      by_pid: bpf_fd,
      mode: fileMode.exactOptional(),
      delegate_cmds: toldSet.exactOptional(),
      delegate_maps: toldSet.exactOptional(),
      delegate_progs: toldSet.exactOptional(),
      delegate_attachs: toldSet.exactOptional(),
    }),
    strictObject({
      name: z.literal('token_create'),
      bpffs_fd: bpf_fd,
      flags: u32.exactOptional(),
    }),
    strictObject({ name: z.literal('enable_stats'), type: u32.exactOptional() }),
    strictObject({ name: z.literal('prog_get_next_id'), start_id: u32, attr_size: wholeAttrSize }),
    strictObject({ name: z.literal('link_get_next_id'), start_id: u32, attr_size: wholeAttrSize }),
    strictObject({ name: z.literal('map_get_next_id'), start_id: u32, attr_size: wholeAttrSize }),
    strictObject({ name: z.literal('btf_get_next_id'), start_id: u32, attr_size: wholeAttrSize }),
  ] as const;
}
