/** Probes of what callers need (`release/boundaries/privilege.ts`). */
import type { Call } from '../../../domain/call.ts';
import { CLOSED_FD, EGRESS, NotMeasured, type ProbeBench } from '../bench.ts';
import type { Probes } from '../probe.ts';

const NO_FLAG = 1 << 30;
const CLOSED = { target_fd: CLOSED_FD, attach_type: EGRESS } as const;

/** Whether a call about closed fds is refused for want of CAP_NET_ADMIN, and for nothing else. */
async function needsNetAdmin(bench: ProbeBench, call: Call): Promise<boolean> {
  if ((await bench.ask(call, await bench.caller(['sys_admin']))) === 'EPERM') return true;
  // Where CAP_SYS_ADMIN stands in for it, only those who lack both are refused.
  const other = await bench.caller(['bpf']);
  const info = { name: 'obj_get_info_by_fd', bpf_fd: CLOSED_FD } as const;
  return (await bench.ask(call, other)) === 'EPERM' && (await bench.ask(info, other)) !== 'EPERM';
}

export const PRIVILEGE_PROBES = {
  async cap_bpf(bench) {
    const pid = await bench.caller(['bpf', 'net_admin']);
    const load = { name: 'prog_load', prog_type: 'cgroup_skb', expected_attach_type: EGRESS };
    return (await bench.ask(load as never, pid)) === 'ok';
  },
  attach_needs_net_admin: (bench) =>
    needsNetAdmin(bench, { name: 'prog_attach', ...CLOSED, attach_bpf_fd: CLOSED_FD }),
  link_create_needs_net_admin: (bench) =>
    needsNetAdmin(bench, { name: 'link_create', ...CLOSED, prog_fd: CLOSED_FD }),
  async sys_admin_is_net_admin(bench) {
    const target_path = await bench.cgroup();
    const pid = await bench.caller(['sys_admin']);
    const query = { name: 'prog_query', target_path, attach_type: EGRESS } as const;
    return (await bench.ask(query, pid)) === 'ok';
  },
  /** Where the kernel is built without infrared remotes, it is EINVAL once the capabilities are there. */
  async lirc_needs_net_admin(bench) {
    const load = { name: 'prog_load', prog_type: 'lirc_mode2' } as const;
    return (await bench.ask(load, await bench.caller(['bpf']))) === 'EPERM';
  },
  async gate_shuts_all_commands(bench) {
    const bpf_fd = await bench.prog();
    const pid = await bench.caller([]);
    const answer = await bench.ask({ name: 'obj_get_info_by_fd', bpf_fd }, pid);
    if (answer === 'EPERM') return true;
    const load = { name: 'prog_load', prog_type: 'socket_filter' } as const;
    if ((await bench.ask(load, pid)) === 'EPERM') return false;
    throw new NotMeasured('unprivileged_bpf_disabled is 0');
  },
  async unprivileged_sysctl_goes_back() {
    throw new NotMeasured('the sysctl belongs to the whole machine, and is not written');
  },
  async form_before_privilege(bench) {
    const pid = await bench.caller([]);
    const load = { name: 'prog_load', prog_type: 'xdp', prog_flags: NO_FLAG } as const;
    return (await bench.ask(load, pid)) === 'EINVAL';
  },
} as const satisfies Probes;
