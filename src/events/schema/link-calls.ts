/** Schemas of LINK_CREATE, UPDATE and DETACH. */
import { z } from 'zod';
import { u32, u64 } from './numbers.ts';
import { ANCHORS, notBoth, TARGETS } from './one-of.ts';
import { strictObject } from './strict-object.ts';
import { path } from './text.ts';
import { attrSize, type Vocabulary } from './vocabulary.ts';

export function linkCalls<V extends Vocabulary>(words: V) {
  const fd: V['fd'] = words.fd;
  const attachFlags: V['attachFlags'] = words.attachFlags;
  return [
    strictObject({
      name: z.literal('link_create'),
      target_fd: fd.exactOptional(),
      target_path: path.exactOptional(),
      relative_fd: fd.exactOptional(),
      relative_id: u32.exactOptional(),
      expected_revision: u64.exactOptional(),
      attr_size: attrSize,
      prog_fd: fd.exactOptional(),
      attach_type: words.attachType as V['attachType'],
      flags: attachFlags.exactOptional(),
    }).superRefine(notBoth(TARGETS, ANCHORS)),
    strictObject({
      name: z.literal('link_update'),
      attr_size: attrSize,
      link_fd: fd.exactOptional(),
      new_prog_fd: fd.exactOptional(),
      flags: attachFlags.exactOptional(),
      old_prog_fd: fd.exactOptional(),
    }),
    strictObject({
      name: z.literal('link_detach'),
      attr_size: attrSize,
      link_fd: fd.exactOptional(),
    }),
    strictObject({
      name: z.literal('foreign_link_create'),
      prog_fd: fd.exactOptional(),
      attach_type: words.attachType as V['attachType'],
    }),
    strictObject({
      name: z.literal('iter_create'),
      link_fd: fd.exactOptional(),
      flags: u32.exactOptional(),
    }),
  ] as const;
}
