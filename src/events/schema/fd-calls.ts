/** Schemas of the calls on fds. */
import { z } from 'zod';
import { strictObject } from './strict-object.ts';
import { path } from './text.ts';
import type { Vocabulary } from './vocabulary.ts';

export function fdCalls<V extends Vocabulary>(words: V) {
  const fd: V['fd'] = words.fd;
  return [
    strictObject({ name: z.literal('open_cgroup'), path }),
    strictObject({ name: z.literal('open_other'), kind: z.enum(['dir', 'file']) }),
    strictObject({ name: z.literal('close'), fd }),
    strictObject({ name: z.literal('dup'), fd }),
    strictObject({ name: z.literal('dup2'), fd, to_fd: fd }),
    strictObject({ name: z.literal('send_fd'), fd, to_pid: fd }),
    strictObject({ name: z.literal('recv_fd') }),
  ] as const;
}
