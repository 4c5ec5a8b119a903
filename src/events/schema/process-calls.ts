/** Schemas of the calls that make, change and end processes. */
import { z } from 'zod';
import { fileMode, u32, u64 } from './numbers.ts';
import { strictObject } from './strict-object.ts';
import { comm, path } from './text.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Pids are positive; the default of `child_pid` is the next free one. */
const newPid = z
  .int()
  .min(1)
  .max(2 ** 22);

const chosen = z.literal(true).exactOptional();

export function processCalls<V extends Vocabulary>(words: V) {
  const pid: V['fd'] = words.fd;
  const caps: V['caps'] = words.caps;
  return [
    strictObject({
      name: z.literal('spawn'),
      child_pid: newPid.exactOptional(),
      comm: comm.exactOptional(),
      uid: u32.exactOptional(),
      caps: caps.exactOptional(),
    }),
    strictObject({
      name: z.literal('fork'),
      child_pid: newPid.exactOptional(),
      uid: u32.exactOptional(),
      caps: caps.exactOptional(),
      clone_files: chosen,
      clone_thread: chosen,
      clone_newns: chosen,
      clone_newcgroup: chosen,
      clone_newuser: chosen,
    }),
    strictObject({
      name: z.literal('unshare'),
      clone_files: chosen,
      clone_newns: chosen,
      clone_newcgroup: chosen,
      clone_newuser: chosen,
    }),
    strictObject({
      name: z.literal('setns'),
      target_pid: pid,
      clone_newns: chosen,
      clone_newcgroup: chosen,
    }),
    strictObject({ name: z.literal('exec'), comm: comm.exactOptional() }),
    strictObject({ name: z.literal('exit'), thread: chosen }),
    strictObject({ name: z.literal('kill'), to_pid: pid }),
    strictObject({
      name: z.literal('capset'),
      uid: u32.exactOptional(),
      caps,
      bounding: caps.exactOptional(),
      inheritable: caps.exactOptional(),
      ambient: caps.exactOptional(),
    }),
    strictObject({
      name: z.literal('setrlimit'),
      nofile: u64.exactOptional(),
      memlock: z.int().min(-1).exactOptional(),
    }).refine(({ nofile, memlock }) => nofile !== undefined || memlock !== undefined, {
      message: 'setrlimit needs nofile or memlock, the limit that it sets',
    }),
    strictObject({ name: z.literal('umask'), mask: fileMode }),
    strictObject({
      name: z.literal('sysctl'),
      variable: z.literal('unprivileged_bpf_disabled'),
      value: z
        .int()
        .min(-(2 ** 31))
        .max(2 ** 31 - 1),
    }),
    strictObject({ name: z.literal('join'), path, target_pid: pid.exactOptional() }),
  ] as const;
}
