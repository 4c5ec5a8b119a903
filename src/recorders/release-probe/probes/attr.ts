/** Probes of what exists and where attrs end (`release/boundaries/attr.ts`, `fd.ts`). */
import type { AttachType } from '../../../domain/attach-type.ts';
import type { CallOf } from '../../../domain/call.ts';
import { TOKEN_FD } from '../../../domain/flags.ts';
import type { ProgType } from '../../../domain/prog-type.ts';
import type { Switches } from '../../../domain/release/switches.ts';
import { CLOSED_FD, EGRESS, NotMeasured, type ProbeBench } from '../bench.ts';
import { type Probes, within } from '../probe.ts';
import { makeTokenUser, type TokenUser } from './token-user.ts';

const PATH_FD = 1 << 14;
const SLEEPABLE = 16;
const CLOEXEC = 4;
/** The sets of a bpffs have a bit for each hook. */
const HOOKS_END = 64;

function loads(
  bench: ProbeBench,
  prog_type: ProgType,
  expected_attach_type: AttachType = 0,
  prog_flags = 0,
): Promise<boolean> {
  const call = { name: 'prog_load', prog_type, expected_attach_type, prog_flags } as const;
  return bench.ask(call).then((answer) => answer === 'ok');
}

async function attachOfClosed(bench: ProbeBench, attach_type: AttachType): Promise<string> {
  const closed = { target_fd: CLOSED_FD, attach_bpf_fd: CLOSED_FD };
  return bench.ask({ name: 'prog_attach', attach_type, ...closed });
}

/** Hooks from 56 on take no program that is told apart here; a token allows those alone that there are. */
async function sessionHooks(bench: ProbeBench, assumed: number): Promise<number> {
  let user: TokenUser;
  try {
    user = await makeTokenUser(bench);
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error;
    return within(56, Infinity, assumed);
  }
  const { pid, token: prog_token_fd } = user;
  if (prog_token_fd === undefined) return within(56, Infinity, assumed);
  const load = { name: 'prog_load', prog_type: 'kprobe', prog_token_fd } as const;
  const isThere = async (expected_attach_type: number) =>
    (await bench.ask({ ...load, expected_attach_type, prog_flags: TOKEN_FD }, pid)) === 'ok';
  let count = 56;
  while (count < HOOKS_END && (await isThere(count))) count++;
  return count;
}

async function attachTypeCount(bench: ProbeBench, { attach_type_count: assumed }: Switches) {
  if (await loads(bench, 'cgroup_sock_addr', 'cgroup_unix_connect')) {
    return sessionHooks(bench, assumed);
  }
  const tcx = { attach_type: 'tcx_ingress', target_fd: CLOSED_FD } as const;
  const classifier = await bench.prog({ prog_type: 'sched_cls', expected_attach_type: 0 });
  const onTcx = await bench.ask({ name: 'prog_attach', ...tcx, attach_bpf_fd: classifier });
  if (onTcx === 'ENODEV') return within(49, 50, assumed);
  if ((await attachOfClosed(bench, 'lsm_cgroup')) === 'EBADF') return within(44, 48, assumed);
  const kprobe = await bench.prog({ prog_type: 'kprobe', expected_attach_type: 0 });
  const event = { attach_type: 'perf_event', target_fd: CLOSED_FD, prog_fd: kprobe } as const;
  if ((await bench.ask({ name: 'link_create', ...event })) === 'EBADF') {
    return within(42, 44, assumed);
  }
  if ((await attachOfClosed(bench, 'sk_skb_verdict')) === 'EBADF') return within(39, 42, assumed);
  if (await loads(bench, 'cgroup_sock', 'cgroup_inet_sock_release')) {
    return within(38, 39, assumed);
  }
  const names = await loads(bench, 'cgroup_sock_addr', 'cgroup_inet4_getpeername');
  return names ? within(34, 35, assumed) : within(29, 30, assumed);
}

async function progTypeCount(bench: ProbeBench): Promise<number> {
  if (await loads(bench, 'netfilter', 'netfilter')) return 33;
  if (await loads(bench, 'syscall', 0, SLEEPABLE)) return 32;
  return (await loads(bench, 'sk_lookup', 'sk_lookup')) ? 31 : 30;
}

async function linkCreateEnd(bench: ProbeBench): Promise<number> {
  const target_path = await bench.cgroup();
  const prog_fd = await bench.prog();
  const call = { name: 'link_create', target_path, prog_fd, attach_type: EGRESS } as const;
  if ((await bench.ask({ ...call, expected_revision: 1 })) === 'EINVAL') return 16;
  return (await bench.ask({ ...call, expected_revision: 2 ** 32 })) === 'EINVAL' ? 28 : 48;
}

async function revisionOnTcx(bench: ProbeBench): Promise<string> {
  const attach_bpf_fd = await bench.prog({ prog_type: 'sched_cls', expected_attach_type: 0 });
  const tcx = { attach_type: 'tcx_ingress', target_fd: CLOSED_FD, expected_revision: 1 } as const;
  return bench.ask({ name: 'prog_attach', ...tcx, attach_bpf_fd });
}

export const ATTR_PROBES = {
  cgroup_bpf: (bench) => loads(bench, 'cgroup_skb', EGRESS),
  async cgroup_kill(bench) {
    const path = await bench.cgroup();
    const asked = { name: 'cgroup_write', path: `${path}/cgroup.kill`, value: '1' } as const;
    return (await bench.ask(asked)) === 'ok';
  },
  attach_type_count: attachTypeCount,
  prog_type_count: progTypeCount,
  async attr_bytes(bench, { attr_bytes: assumed }) {
    const load = { name: 'prog_load', prog_type: 'socket_filter' } as const;
    const reaches = async (field: Partial<CallOf<'prog_load'>>) =>
      (await bench.ask({ ...load, ...field })) !== 'E2BIG';
    if (await reaches({ signature_size: 1 })) return within(168, Infinity, assumed);
    if (await reaches({ fd_array_cnt: 1 })) return within(152, 168, assumed);
    if (await reaches({ log_true_size: 1 })) return within(144, 152, assumed);
    if (await reaches({ fd_array: [0] })) return within(128, 144, assumed);
    return within(120, 128, assumed);
  },
  /** With fd 0 closed, a command that looks it up is EBADF. */
  async bpf_command_count(bench) {
    const { ret: pid } = await bench.does({ name: 'fork' });
    await bench.does({ name: 'close', fd: 0 }, pid);
    let cmd = 36;
    while ((await bench.ask({ name: 'bpf', cmd }, pid)) === 'EBADF') cmd++;
    return cmd;
  },
  async prog_attach_attr_end(bench) {
    return (await revisionOnTcx(bench)) === 'EINVAL' ? 20 : 32;
  },
  async prog_detach_attr_end(bench) {
    const target_path = await bench.cgroup();
    const attach_bpf_fd = await bench.prog();
    await bench.attach(target_path, attach_bpf_fd, ['multi']);
    const place = { target_path, attach_type: EGRESS, attach_bpf_fd, replace_bpf_fd: 1 } as const;
    return (await bench.ask({ name: 'prog_detach', ...place })) === 'EINVAL' ? 12 : 32;
  },
  async prog_query_attr_end(bench) {
    const place = { target_path: await bench.cgroup(), attach_type: EGRESS } as const;
    const asked = await bench.ask({ name: 'prog_query', ...place, prog_attach_flags: true });
    if (asked === 'EINVAL') return 28;
    // What follows are outputs; they came with the fields of PROG_ATTACH.
    return (await revisionOnTcx(bench)) === 'EINVAL' ? 40 : 64;
  },
  link_create_attr_end: linkCreateEnd,
  async path_fd(bench) {
    const pinned = { bpf_fd: await bench.prog(), path: bench.pin(), file_flags: PATH_FD };
    return (await bench.ask({ name: 'obj_pin', ...pinned })) === 'ok';
  },
  async packets_in_fragments(bench) {
    const asked = { name: 'prog_test_run', data_size_in: 4096 } as const;
    const prog_fd = await bench.prog({ prog_type: 'socket_filter', expected_attach_type: 0 });
    return (await bench.ask({ ...asked, prog_fd })) !== 'EINVAL';
  },
  async close_range(bench) {
    const none = { first: CLOSED_FD, last: CLOSED_FD };
    return (await bench.ask({ name: 'close_range', ...none })) !== 'ENOSYS';
  },
  async setns_pidfd(bench) {
    const init = { target_pid: 1, clone_newns: true } as const;
    return (await bench.ask({ name: 'setns', ...init })) === 'ok';
  },
  async close_range_cloexec(bench) {
    const none = { first: CLOSED_FD, last: CLOSED_FD, flags: CLOEXEC };
    return (await bench.ask({ name: 'close_range', ...none })) === 'ok';
  },
} as const satisfies Probes;
