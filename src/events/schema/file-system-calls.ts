/** Schemas of the calls on cgroup directories and the bpffs. */
import { z } from 'zod';
import { fileMode } from './numbers.ts';
import { strictObject } from './strict-object.ts';
import { path } from './text.ts';

export function fileSystemCalls() {
  return [
    strictObject({ name: z.literal('mkdir'), path }),
    strictObject({ name: z.literal('rmdir'), path }),
    strictObject({ name: z.literal('bpffs_mkdir'), path }),
    strictObject({ name: z.literal('bpffs_rmdir'), path }),
    strictObject({ name: z.literal('unlink'), path }),
    strictObject({ name: z.literal('rename'), path, to: path }),
    strictObject({ name: z.literal('chmod'), path, mode: fileMode }),
  ] as const;
}
