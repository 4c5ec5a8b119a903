/** Schemas of the effects on processes and their fds. */
import { z } from 'zod';
import { ALL_CAPABILITIES } from '../../domain/capability.ts';
import { bootConfig } from './boot-config.ts';
import { strictObject } from './strict-object.ts';

const caps = z.array(z.enum(ALL_CAPABILITIES));
const n = z.int();

/** An fd and what stands behind it. */
const opened = {
  fd: n,
  kind: z.enum(['prog', 'link', 'map', 'cgroup', 'other']),
  id: n,
};

export const processEffects = [
  strictObject({
    type: z.literal('Booted'),
    boot: n,
    boot_id: z.string(),
    release: z.string(),
    config: bootConfig,
  }),
  strictObject({ type: z.literal('ProcessSpawned'), pid: n, comm: z.string(), uid: n, caps }),
  strictObject({ type: z.literal('ProcessForked'), pid: n, uid: n, caps }),
  strictObject({ type: z.literal('ProcessExecuted'), comm: z.string(), caps }),
  strictObject({ type: z.literal('ProcessExited') }),
  strictObject({ type: z.literal('CredentialsChanged'), uid: n, caps }),
  strictObject({ type: z.literal('NofileLimited'), nofile: n }),
  strictObject({ type: z.literal('ProcessMoved'), cgroup_id: n }),
  strictObject({
    type: z.literal('FdOpened'),
    ...opened,
    access: z.enum(['read', 'write']).exactOptional(),
  }),
  strictObject({ type: z.literal('FdDuplicated'), fd: n, to_fd: n }),
  strictObject({ type: z.literal('FdClosed'), fd: n }),
  strictObject({ type: z.literal('FdSent'), fd: n, to_pid: n }),
  strictObject({ type: z.literal('FdReceived'), ...opened }),
  strictObject({ type: z.literal('FdLost') }),
] as const;
