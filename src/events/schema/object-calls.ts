/** Schemas of the calls on objects of any kind: pins, info, ids. */
import { z } from 'zod';
import { toldSet } from './bit-set.ts';
import { bpfCommand, cutCommand } from './bpf-command.ts';
import { fileMode, u32 } from './numbers.ts';
import { strictObject } from './strict-object.ts';
import { path } from './text.ts';
import type { Vocabulary } from './vocabulary.ts';

export function objectCalls<V extends Vocabulary>(words: V) {
  const bpf_fd = (words.fd as V['fd']).exactOptional();
  return [
    cutCommand('obj_pin', {
      bpf_fd,
      path,
      file_flags: u32.exactOptional(),
      path_fd: bpf_fd,
    }),
    cutCommand('obj_get', {
      path,
      bpf_fd,
      file_flags: u32.exactOptional(),
      path_fd: bpf_fd,
    }),
    bpfCommand('obj_get_info_by_fd', {
      bpf_fd,
      info_len: u32.exactOptional(),
    }),
    bpfCommand('prog_get_fd_by_id', {
      prog_id: u32,
      open_flags: u32.exactOptional(),
    }),
    bpfCommand('link_get_fd_by_id', {
      link_id: u32,
      open_flags: u32.exactOptional(),
    }),
    bpfCommand('map_get_fd_by_id', {
      map_id: u32,
      open_flags: u32.exactOptional(),
    }),
    bpfCommand('btf_get_fd_by_id', {
      btf_id: u32,
      open_flags: u32.exactOptional(),
      token_fd: bpf_fd,
    }),
    bpfCommand('task_fd_query', {
      target_pid: words.fd as V['fd'],
      target_fd: words.fd as V['fd'],
      flags: u32.exactOptional(),
    }),
    bpfCommand('bpf', { cmd: u32 }),
    bpfCommand('btf_load', {
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
    bpfCommand('token_create', {
      bpffs_fd: bpf_fd,
      flags: u32.exactOptional(),
    }),
    bpfCommand('enable_stats', { type: u32.exactOptional() }),
    bpfCommand('prog_get_next_id', { start_id: u32 }),
    bpfCommand('link_get_next_id', { start_id: u32 }),
    bpfCommand('map_get_next_id', { start_id: u32 }),
    bpfCommand('btf_get_next_id', { start_id: u32 }),
  ] as const;
}
