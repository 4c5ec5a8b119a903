/** Schemas of PROG_LOAD, ATTACH, DETACH, QUERY and BIND_MAP. */
import { z } from 'zod';
import { bpfCommand, cutCommand } from './bpf-command.ts';
import { i32, u32, u64 } from './numbers.ts';
import { ANCHORS, notBoth, TARGETS } from './one-of.ts';
import { strictObject } from './strict-object.ts';
import { objectName, path } from './text.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Bytes of a program's instructions, decoded. */
const INSNS_BYTES_MAX = 1024 * 1024;
/** Maps that one program may use (MAX_USED_MAPS). */
const MAPS_MAX = 64;

const tag = z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits');

/** Whole instructions in base64, spelled as an encoder does. */
const insns = z
  .string()
  .max(Math.ceil(INSNS_BYTES_MAX / 3) * 4)
  .superRefine((text, context) => {
    const bytes = Buffer.from(text, 'base64');
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if (bytes.length > INSNS_BYTES_MAX) {
      const message = `has ${bytes.length} bytes, more than ${INSNS_BYTES_MAX}`;
      context.addIssue({ code: 'custom', message, params: { limit: INSNS_BYTES_MAX } });
    } else if (bytes.toString('base64') !== text) refuse('is not base64');
    else if (bytes.length % 8 !== 0) refuse('is not a multiple of 8 bytes');
  });

/** PROG_LOAD's fields; each use adds the fields that are derived from `insns`. */
export function progLoad<V extends Vocabulary>(words: V) {
  const { fd, attachType, progType } = words as Pick<V, keyof Vocabulary>;
  return bpfCommand('prog_load', {
    prog_type: progType as V['progType'],
    expected_attach_type: (attachType as V['attachType']).exactOptional(),
    prog_flags: u32.exactOptional(),
    prog_name: objectName.exactOptional(),
    attach_btf_id: u32.exactOptional(),
    insns: insns.exactOptional(),
    ret: i32.exactOptional(),
    tag: strictObject({ sha1: tag, sha256: tag }).exactOptional(),
    insn_cnt: u32.exactOptional(),
    map_fds: z
      .array(fd as V['fd'])
      .max(MAPS_MAX)
      .exactOptional(),
    fd_array: z
      .array(fd as V['fd'])
      .max(MAPS_MAX)
      .exactOptional(),
    fd_array_cnt: u32.exactOptional(),
    map_ref_only: z.boolean().exactOptional(),
    prog_btf_fd: (fd as V['fd']).exactOptional(),
    func_info_cnt: u32.exactOptional(),
    line_info_cnt: u32.exactOptional(),
    attach_prog_fd: (fd as V['fd']).exactOptional(),
    prog_token_fd: (fd as V['fd']).exactOptional(),
    log_level: u32.exactOptional(),
    log_size: u32.exactOptional(),
    log_buf: z.boolean().exactOptional(),
    log_true_size: u32.exactOptional(),
    signature: z.boolean().exactOptional(),
    signature_size: u32.exactOptional(),
    keyring_id: i32.exactOptional(),
  });
}

export function progCalls<V extends Vocabulary>(words: V) {
  const fd: V['fd'] = words.fd;
  const attach_type: V['attachType'] = words.attachType;
  const attachFlags: V['attachFlags'] = words.attachFlags;
  const queryFlags: V['queryFlags'] = words.queryFlags;
  const attachment = {
    target_fd: fd.exactOptional(),
    target_path: path.exactOptional(),
    relative_fd: fd.exactOptional(),
    relative_id: u32.exactOptional(),
    expected_revision: u64.exactOptional(),
    attach_bpf_fd: fd.exactOptional(),
    attach_type,
    flags: attachFlags.exactOptional(),
    replace_bpf_fd: fd.exactOptional(),
  };
  const exclusive = notBoth(TARGETS, ANCHORS);
  return [
    cutCommand('prog_attach', attachment).superRefine(exclusive),
    cutCommand('prog_detach', attachment).superRefine(exclusive),
    cutCommand('prog_query', {
      target_fd: fd.exactOptional(),
      target_path: path.exactOptional(),
      attach_type,
      query_flags: queryFlags.exactOptional(),
      prog_cnt: u32.exactOptional(),
      null_prog_ids: z.boolean().exactOptional(),
      prog_attach_flags: z.boolean().exactOptional(),
    }).superRefine(notBoth(TARGETS)),
    bpfCommand('prog_test_run', {
      prog_fd: fd.exactOptional(),
      data_size_in: u32.exactOptional(),
    }),
    bpfCommand('prog_bind_map', {
      prog_fd: fd.exactOptional(),
      map_fd: fd.exactOptional(),
      flags: u32.exactOptional(),
    }),
  ] as const;
}
