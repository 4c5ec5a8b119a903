/** Schemas of the effects on processes and their fds. */
import { z } from 'zod';
import { ALL_CAPABILITIES } from '../../domain/capability.ts';
import { bootConfig } from './boot-config.ts';
import { fileMode, openFd, u32, u64 } from './numbers.ts';
import { strictObject } from './strict-object.ts';
import { comm, recordedText } from './text.ts';

const caps = z.array(z.enum(ALL_CAPABILITIES));
/** The pid of a process: the first one has 1. */
const pid = u32.min(1);

const chosen = z.literal(true).exactOptional();

const namespace = { namespace_id: u32, kind: z.enum(['mount', 'cgroup', 'user']) };

/** An fd and what stands behind it. */
const opened = {
  fd: openFd,
  kind: z.enum(['prog', 'link', 'map', 'cgroup', 'btf', 'other', 'token']),
  /** Of a cgroup or an object; of `other` and `token` the mount that they keep, or 0. */
  id: u64,
};

export const processEffects = [
  strictObject({
    type: z.literal('Booted'),
    boot: z.int().min(1),
    boot_id: recordedText,
    release: recordedText,
    config: bootConfig,
  }),
  strictObject({ type: z.literal('ProcessSpawned'), pid, comm, uid: u32, caps }),
  strictObject({
    type: z.literal('ProcessForked'),
    pid,
    uid: u32,
    caps,
    clone_files: chosen,
    clone_thread: chosen,
  }),
  strictObject({ type: z.literal('ProcessExecuted'), comm, caps, pid: pid.exactOptional() }),
  strictObject({ type: z.literal('FilesUnshared') }),
  strictObject({ type: z.literal('FsUnshared') }),
  strictObject({
    type: z.literal('NamespaceMade'),
    ...namespace,
    cgroup_id: u64.exactOptional(),
    user_id: u32.exactOptional(),
    uid: u32.exactOptional(),
  }),
  strictObject({ type: z.literal('NamespaceEntered'), ...namespace, pid: pid.exactOptional() }),
  strictObject({ type: z.literal('ProcessExited'), pid: pid.exactOptional() }),
  strictObject({
    type: z.literal('CredentialsChanged'),
    uid: u32,
    caps,
    bounding: caps.exactOptional(),
    inheritable: caps.exactOptional(),
    ambient: caps.exactOptional(),
  }),
  strictObject({ type: z.literal('NofileLimited'), nofile: u64 }),
  strictObject({ type: z.literal('MemlockLimited'), memlock: z.int().min(-1) }),
  strictObject({ type: z.literal('UmaskSet'), mask: fileMode }),
  strictObject({
    type: z.literal('SysctlSet'),
    variable: z.literal('unprivileged_bpf_disabled'),
    value: u32,
  }),
  strictObject({ type: z.literal('ProcessMoved'), cgroup_id: u64, pid: pid.exactOptional() }),
  strictObject({
    type: z.literal('FdOpened'),
    ...opened,
    access: z.enum(['read', 'write']).exactOptional(),
    cloexec: z.literal(false).exactOptional(),
    btf_size: u32.exactOptional(),
    top: chosen,
  }),
  strictObject({ type: z.literal('FdDuplicated'), fd: openFd, to_fd: openFd, cloexec: chosen }),
  strictObject({ type: z.literal('FdCopied'), ...opened, from_pid: pid, from_fd: openFd }),
  strictObject({ type: z.literal('FdClosed'), fd: openFd }),
  strictObject({ type: z.literal('FdSent'), fd: openFd, to_pid: pid }),
  strictObject({ type: z.literal('FdReceived'), ...opened, cloexec: chosen }),
  strictObject({ type: z.literal('FdLost') }),
  strictObject({ type: z.literal('CloexecChanged'), fd: openFd, cloexec: z.boolean() }),
  strictObject({
    type: z.literal('HoldersForgotten'),
    kind: z.enum(['prog', 'link', 'map']),
    id: u32,
  }),
] as const;
