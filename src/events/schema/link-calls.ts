/** Schemas of LINK_CREATE, UPDATE and DETACH. */
import { bpfCommand, cutCommand } from './bpf-command.ts';
import { u32, u64 } from './numbers.ts';
import { ANCHORS, notBoth, TARGETS } from './one-of.ts';
import { path } from './text.ts';
import type { Vocabulary } from './vocabulary.ts';

export function linkCalls<V extends Vocabulary>(words: V) {
  const fd: V['fd'] = words.fd;
  const attachFlags: V['attachFlags'] = words.attachFlags;
  return [
    cutCommand('link_create', {
      target_fd: fd.exactOptional(),
      target_path: path.exactOptional(),
      relative_fd: fd.exactOptional(),
      relative_id: u32.exactOptional(),
      expected_revision: u64.exactOptional(),
      prog_fd: fd.exactOptional(),
      attach_type: words.attachType as V['attachType'],
      flags: attachFlags.exactOptional(),
    }).superRefine(notBoth(TARGETS, ANCHORS)),
    cutCommand('link_update', {
      link_fd: fd.exactOptional(),
      new_prog_fd: fd.exactOptional(),
      flags: attachFlags.exactOptional(),
      old_prog_fd: fd.exactOptional(),
    }),
    cutCommand('link_detach', {
      link_fd: fd.exactOptional(),
    }),
    bpfCommand('foreign_link_create', {
      prog_fd: fd.exactOptional(),
      attach_type: words.attachType as V['attachType'],
    }),
    bpfCommand('iter_create', {
      link_fd: fd.exactOptional(),
      flags: u32.exactOptional(),
    }),
  ] as const;
}
