/** Which attach flags a kernel knows for a call: the model of that release is asked for each. */
import { boot } from '../../domain/boot.ts';
import type { Call } from '../../domain/call.ts';
import { ATTACH_FLAG_BITS, type AttachFlagName } from '../../domain/flags.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { perform } from '../../domain/perform.ts';
import { BOOT_PID } from '../../domain/release/config.ts';

const FLAGS = Object.keys(ATTACH_FLAG_BITS) as AttachFlagName[];
/** The fds of the program, and of the link on it, that each kernel gets. */
const PROG_FD = 3;
const LINK_FD = 4;
const PLACE = { target_path: '/', attach_type: 'cgroup_inet_egress' } as const;

/** Calls of which nothing is wrong but, perhaps, the flag. */
const CALLS: Readonly<Record<string, (flag: AttachFlagName) => Call>> = {
  prog_attach: (flag) => ({
    ...{ name: 'prog_attach', attach_bpf_fd: PROG_FD, ...PLACE },
    flags: [flag],
  }),
  prog_detach: (flag) => ({
    ...{ name: 'prog_detach', attach_bpf_fd: PROG_FD, ...PLACE },
    flags: [flag],
  }),
  link_create: (flag) => ({
    ...{ name: 'link_create', prog_fd: PROG_FD, ...PLACE },
    flags: [flag],
  }),
  link_update: (flag) => ({
    ...{ name: 'link_update', link_fd: LINK_FD, new_prog_fd: PROG_FD },
    flags: [flag],
  }),
};

/**
 * @param name of a call
 * @param release its exact id
 * @returns undefined for a call that takes no attach flags
 */
export function knownFlagsOf(
  name: string,
  release: string,
): { readonly known: AttachFlagName[]; readonly unknown: AttachFlagName[] } | undefined {
  const call = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
  if (call === undefined) return undefined;
  const isKnown = (flag: AttachFlagName) => {
    const kernel = boot(release);
    perform(kernel, BOOT_PID, {
      ...{ name: 'prog_load', prog_type: 'cgroup_skb' },
      expected_attach_type: 'cgroup_inet_egress',
    });
    if (name === 'link_update') {
      perform(kernel, BOOT_PID, { name: 'link_create', prog_fd: PROG_FD, ...PLACE });
    }
    const { outcome } = perform(kernel, BOOT_PID, call(flag));
    return !(isRefusal(outcome) && outcome.rule === 'flags-unknown');
  };
  return {
    known: FLAGS.filter(isKnown),
    unknown: FLAGS.filter((flag) => !isKnown(flag)),
  };
}
