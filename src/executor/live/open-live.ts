/** Opens the context in which live calls are made, and closes it with all that it holds. */
import { existsSync } from 'node:fs';
import type { BootConfig } from '../../domain/release/config.ts';
import { must, SYS, type SystemCalls } from '../../native/syscall.ts';
import type { Base } from './beneath.ts';
import { Cgroups } from './cgroups.ts';
import { openKind } from './fd-calls.ts';
import { Identities } from './identities.ts';
import type { LiveKernel } from './live-kernel.ts';
import { letGo } from './namespaces.ts';
import { dismiss } from './process-calls.ts';

const RLIMIT_NOFILE = 7;
const F_DUPFD_CLOEXEC = 1030;
const LOWEST_FD = 3;

/** Opens a context without processes. */
export function openLive(
  kernel: SystemCalls,
  { top, bpffs }: { readonly top: Base; readonly bpffs: Base },
  { config, nameNew }: { readonly config: BootConfig; readonly nameNew: LiveKernel['nameNew'] },
): LiveKernel {
  const limit = Buffer.alloc(16);
  must(kernel.call(SYS.prlimit64, 0, RLIMIT_NOFILE, undefined, limit), 'read the fd limit');
  return {
    kernel,
    processes: new Map(),
    ids: idsOfKernel(),
    cgroups: new Cgroups(kernel, top, config.root_cgroup_id),
    mapForms: new Map(),
    traces: false,
    holds: false,
    describes: false,
    detached: false,
    bpffs,
    standard: {
      directory: must(openKind(kernel, 'dir'), 'open a directory'),
      file: must(openKind(kernel, 'file'), 'open a memory file'),
    },
    ownZero: must(kernel.call(SYS.fcntl, 0, F_DUPFD_CLOEXEC, LOWEST_FD), 'keep fd 0'),
    config,
    limit,
    nameNew,
  };
}

/** The kernel's own BTF has the first id, here as in a log. */
function idsOfKernel(): Identities {
  const ids = new Identities();
  if (existsSync('/sys/kernel/btf/vmlinux')) ids.introduce('btf', 1, 1);
  return ids;
}

/**
 * Closes every fd of the context, each once and before anything else of ours runs, which could be
 * given its number; then ends the placeholders of its processes.
 */
export async function closeLive(live: LiveKernel): Promise<void> {
  const { kernel, processes, standard, cgroups } = live;
  const ended = [...processes.values()];
  processes.clear();
  const open = new Set([standard.directory, standard.file, live.ownZero]);
  for (const { fds, mailbox } of ended) {
    for (const fd of [...fds.values(), ...mailbox]) if (fd.standard !== true) open.add(fd.real);
  }
  for (const fd of open) kernel.call(SYS.close, fd);
  for (const { mounts } of ended) letGo(live, mounts);
  cgroups.close();
  for (const process of ended) await dismiss(process);
}
