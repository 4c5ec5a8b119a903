/** Schemas of the calls on cgroup directories and the bpffs. */
import { z } from 'zod';
import { fileMode, u32 } from './numbers.ts';
import { strictObject } from './strict-object.ts';
import { linkTarget, path } from './text.ts';

/** Characters of what is written to a control file. */
const VALUE_CHARS_MAX = 200;

export function fileSystemCalls() {
  return [
    strictObject({ name: z.literal('mkdir'), path }),
    strictObject({ name: z.literal('rmdir'), path }),
    strictObject({ name: z.literal('cgroup_chown'), path, uid: u32 }),
    strictObject({ name: z.literal('cgroup_chmod'), path, mode: fileMode }),
    strictObject({ name: z.literal('cgroup_write'), path, value: z.string().max(VALUE_CHARS_MAX) }),
    strictObject({ name: z.literal('bpffs_mkdir'), path, mode: fileMode.exactOptional() }),
    strictObject({ name: z.literal('bpffs_rmdir'), path }),
    strictObject({ name: z.literal('unlink'), path }),
    strictObject({
      name: z.literal('rename'),
      path,
      to: path,
      flags: z.int().min(0).max(3).exactOptional(),
    }),
    strictObject({ name: z.literal('link'), path, to: path }),
    strictObject({ name: z.literal('symlink'), path, target: linkTarget }),
    strictObject({ name: z.literal('chown'), path, uid: u32 }),
    strictObject({ name: z.literal('chmod'), path, mode: fileMode }),
    strictObject({
      name: z.literal('mount'),
      path,
      from: path.exactOptional(),
      mode: fileMode.exactOptional(),
    }),
    strictObject({ name: z.literal('umount'), path, flags: u32.exactOptional() }),
  ] as const;
}
