/** Schemas of the calls on fds. */
import { z } from 'zod';
import { u32 } from './numbers.ts';
import { strictObject } from './strict-object.ts';
import { path } from './text.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Absent: O_CLOEXEC, as most programs open. */
const keptByExec = z.literal(false).exactOptional();
const FCNTL_COMMANDS = ['f_dupfd', 'f_dupfd_cloexec', 'f_getfd', 'f_setfd'] as const;

export function fdCalls<V extends Vocabulary>(words: V) {
  const fd: V['fd'] = words.fd;
  return [
    strictObject({ name: z.literal('open_cgroup'), path, cloexec: keptByExec }),
    strictObject({
      name: z.literal('open_other'),
      kind: z.enum(['dir', 'file']),
      path: path.exactOptional(),
      cloexec: keptByExec,
    }),
    strictObject({ name: z.literal('close'), fd }),
    strictObject({ name: z.literal('dup'), fd }),
    strictObject({ name: z.literal('dup2'), fd, to_fd: fd }),
    strictObject({ name: z.literal('dup3'), fd, to_fd: fd, flags: u32.exactOptional() }),
    strictObject({
      name: z.literal('fcntl'),
      fd,
      cmd: z.enum(FCNTL_COMMANDS),
      arg: u32.exactOptional(),
    }),
    strictObject({
      name: z.literal('close_range'),
      first: u32,
      last: u32,
      flags: u32.exactOptional(),
    }),
    strictObject({
      name: z.literal('pidfd_getfd'),
      target_pid: fd,
      target_fd: fd,
      flags: u32.exactOptional(),
    }),
    strictObject({ name: z.literal('send_fd'), fd, to_pid: fd }),
    strictObject({ name: z.literal('recv_fd'), cloexec: z.literal(true).exactOptional() }),
  ] as const;
}
