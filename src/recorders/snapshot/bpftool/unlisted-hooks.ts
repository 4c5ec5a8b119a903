/**
 * Hooks that an older bpftool does not list. `bpftool cgroup tree` asks for the hooks that it was built
 * with, and says nothing of others: that it prints none of these is no sign that nothing is there.
 */
import type { AttachType } from '../../../domain/attach-type.ts';

/** Those that came after bpftool 5.10, together with each other. */
const LATE: readonly (readonly AttachType[])[] = [
  ['lsm_cgroup'],
  [
    'cgroup_unix_connect',
    'cgroup_unix_sendmsg',
    'cgroup_unix_recvmsg',
    'cgroup_unix_getpeername',
    'cgroup_unix_getsockname',
  ],
];

/** The hooks that may have programs though no row has: a row that names one of them shows that all are listed. */
export function findUnlisted(listed: ReadonlySet<AttachType>): readonly AttachType[] {
  return LATE.filter((hooks) => !hooks.some((hook) => listed.has(hook))).flat();
}
