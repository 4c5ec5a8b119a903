/**
 * Commands of bpf(2) that give an fd or an answer and change nothing that is modelled: BTF_LOAD,
 * ENABLE_STATS, PROG_TEST_RUN, TASK_FD_QUERY, and those that have no name here
 * (kernel/bpf/syscall.c).
 */
import type { Calls } from '../call.ts';
import { bpfCapable, type Caller, fileAt, lowestFree, noFreeFd, progAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed, unknownCommand } from '../decision.ts';
import { TOKEN_FD } from '../flags.ts';
import { nextBtfId } from '../next-id.ts';
import type { Refusal } from '../outcome.ts';
import { sysAdminOnly } from '../privilege.ts';
import type { ProgType } from '../prog-type.ts';
import {
  type AskedNamespace,
  allowsCommand,
  DELEGATED_COMMANDS,
  findAsked,
  pastToken,
  WITHOUT_TOKEN,
} from '../tokens.ts';
import { tokenCreate } from './token.ts';

/** Bytes of types at most (`BTF_MAX_SIZE`), and of the header before them (`btf_parse_hdr`). */
const BTF_BYTES_MAX = 16 * 1024 * 1024;
const BTF_HEADER_BYTES = 24;
const BTF_FLAGS_OFFSET = 32;
const BTF_TOKEN_FD_OFFSET = 36;
/** Bytes of the shortest packet that a program is tried on. */
const ETH_HLEN = 14;
/** `struct iphdr`, with which the packet of netfilter begins. */
const IP_HEADER_BYTES = 20;
/** A page, in which a packet lies with what the kernel keeps before and behind it (`bpf_test_init`). */
const PAGE_BYTES = 4096;
/** `NET_SKB_PAD`, and the least and most of `skb_shared_info`, which the build says. */
const SKB_PAD = 64;
const SHARED_INFO = { least: 320, most: 768 };
/** `XDP_PACKET_HEADROOM`. */
const XDP_HEADROOM = 256;
/** Types that are tried on a packet. */
const ON_PACKETS: readonly ProgType[] = [
  ...(['cgroup_skb', 'socket_filter', 'sched_cls', 'sched_act', 'xdp'] as const),
  ...(['lwt_in', 'lwt_out', 'lwt_xmit', 'flow_dissector', 'netfilter'] as const),
];
/** Types with a `test_run` of their own; what it looks at is not modelled, so it is done. */
const TRIED_OTHERWISE: readonly ProgType[] = [
  ...(['raw_tracepoint', 'sk_lookup', 'tracing'] as const),
  ...(['syscall', 'struct_ops'] as const),
];

export function btfLoad(caller: Caller, call: Calls['btf_load']): Decision {
  const { btf_size } = call;
  const { user, refused } = requireBtf(caller, call);
  if (refused !== undefined) return refuse(refused);
  if (!bpfCapable(caller, user)) return refuse(refusal('EPERM', 'btf-needs-bpf', {}));
  if (btf_size !== undefined && btf_size > BTF_BYTES_MAX) {
    return refuse(refusal('E2BIG', 'btf-too-large', { btf_size, limit: BTF_BYTES_MAX }));
  }
  if (btf_size !== undefined && btf_size <= BTF_HEADER_BYTES) {
    return refuse(refusal('EINVAL', 'btf-holds-nothing', { btf_size, header: BTF_HEADER_BYTES }));
  }
  const btf_id = nextBtfId(caller.kernel);
  const fd = lowestFree(caller);
  // The id is given out before the fd (`btf_new_fd`), and is not given out again.
  if (fd === undefined) return refuse(noFreeFd(caller), [{ type: 'BtfIdBurned', btf_id }]);
  const size = btf_size === undefined ? {} : { btf_size };
  return succeed([{ type: 'FdOpened', fd, kind: 'btf', id: btf_id, ...size }], fd);
}

/** Where BTF_LOAD asks for CAP_BPF. */
function requireBtf(
  caller: Caller,
  { btf_flags: flags = 0, btf_token_fd = 0 }: Calls['btf_load'],
): AskedNamespace {
  const { kernel } = caller;
  const refused =
    pastToken(kernel, btf_token_fd, BTF_TOKEN_FD_OFFSET) ??
    pastToken(kernel, flags, BTF_FLAGS_OFFSET);
  if (refused !== undefined) return { ...WITHOUT_TOKEN, refused };
  if ((flags & ~TOKEN_FD) !== 0) {
    return { ...WITHOUT_TOKEN, refused: refusal('EINVAL', 'flags-unknown', { flags }) };
  }
  if (flags === 0) return WITHOUT_TOKEN;
  return findAsked(caller, btf_token_fd, (token) =>
    allowsCommand(token, DELEGATED_COMMANDS.btf_load),
  );
}

export function enableStats(caller: Caller, { type = 0 }: Calls['enable_stats']): Decision {
  const refused = sysAdminOnly(caller, 'enable_stats');
  if (refused !== undefined) return refuse(refused);
  if (type !== 0) return refuse(refusal('EINVAL', 'stats-unknown', { type }));
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  return succeed([{ type: 'FdOpened', fd, kind: 'other', id: 0 }], fd);
}

export function progTestRun(caller: Caller, call: Calls['prog_test_run']): Decision {
  const program = progAt(caller, call.prog_fd ?? 0, 'prog_fd');
  if (isRefused(program)) return refuse(program);
  const { id: prog_id, prog_type } = program;
  const onPackets = ON_PACKETS.includes(prog_type);
  if (!onPackets && !TRIED_OTHERWISE.includes(prog_type)) {
    return refuse(refusal('ENOTSUPP', 'prog-cannot-be-tried', { prog_id, prog_type }));
  }
  const { data_size_in: bytes = 0 } = call;
  const least = prog_type === 'netfilter' ? IP_HEADER_BYTES : ETH_HLEN;
  if (onPackets && bytes < least) {
    return refuse(refusal('EINVAL', 'packet-too-short', { bytes, least }));
  }
  const tooLong = onPackets ? packetTooLong(caller, prog_type, bytes) : undefined;
  if (tooLong !== undefined) return refuse(tooLong);
  // `bpf_prog_test_run_raw_tp` takes a context and no data.
  if (prog_type === 'raw_tracepoint' && bytes > 0) {
    return refuse(refusal('EINVAL', 'test-takes-no-data', { prog_id, bytes }));
  }
  return succeed();
}

/**
 * Packets that do not fit a page. How many bytes fit for sure, and how many never, is known; what lies
 * between, the build says. XDP makes fragments of more, and from 6.19 on others do.
 */
function packetTooLong({ kernel }: Caller, type: ProgType, bytes: number): Refusal | undefined {
  const isBare = type === 'flow_dissector';
  const isXdp = type === 'xdp';
  const room = PAGE_BYTES - (isXdp ? XDP_HEADROOM : SKB_PAD);
  if (bytes <= (isBare ? PAGE_BYTES : room - SHARED_INFO.most)) return undefined;
  const most = isBare ? PAGE_BYTES : room - SHARED_INFO.least;
  const mayBreak = isXdp || (!isBare && kernel.switches.packets_in_fragments);
  if (bytes > most && !mayBreak) return refusal('EINVAL', 'packet-too-long', { bytes, most });
  return refusal('ENOTSUPP', 'not-modelled', { what: `a packet of ${bytes} bytes` });
}

/**
 * TASK_FD_QUERY: of links only those of raw tracepoints tell their program. What is open on an event
 * of perf(1) is a mere file here.
 */
export function taskFdQuery(caller: Caller, call: Calls['task_fd_query']): Decision {
  const { target_pid: pid, target_fd: fd, flags = 0 } = call;
  const { kernel } = caller;
  const refused = sysAdminOnly(caller, 'task_fd_query');
  if (refused !== undefined) return refuse(refused);
  if (flags !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const target = kernel.processes.get(pid);
  if (target === undefined) return refuse(refusal('ENOENT', 'no-such-process', { pid }));
  const entry = target.fds.get(fd);
  const file = entry === undefined ? undefined : kernel.files.get(entry.file);
  if (file === undefined) return refuse(refusal('EBADF', 'fd-not-open', { fd }));
  const link = file.kind === 'link' ? kernel.links.get(file.id) : undefined;
  const program = link === undefined ? undefined : kernel.programs.get(link.prog_id);
  if (program === undefined || !RAW_TRACEPOINTS.includes(program.prog_type)) {
    return refuse(refusal('ENOTSUPP', 'fd-tells-no-program', { pid, fd, kind: file.kind }));
  }
  return succeed([], 0, { prog_id: program.id });
}

const RAW_TRACEPOINTS: readonly ProgType[] = ['raw_tracepoint', 'raw_tracepoint_writable'];

/** The first command that is told by its number alone: TOKEN_CREATE. */
const FIRST_UNNAMED = 36;
const PROG_STREAM_READ_BY_FD = 37;

/**
 * A command with an attr of zeros. The kernel does not have it (EINVAL), or it looks up fd 0: as the
 * bpffs of a token (`tokenCreate`), as the program of a stream, as the map that a program is to be associated with.
 */
export function byNumber(caller: Caller, { cmd }: Calls['bpf']): Decision {
  if (cmd >= caller.kernel.switches.bpf_command_count) return unknownCommand(`number ${cmd}`);
  const file = fileAt(caller, 0);
  if (cmd < FIRST_UNNAMED) {
    const what = `command ${cmd} of bpf(2) by its number`;
    return refuse(refusal('ENOTSUPP', 'not-modelled', { what }));
  }
  if (cmd === FIRST_UNNAMED) return tokenCreate(caller, {});
  if (file === undefined) return refuse(refusal('EBADF', 'fd-not-open', { fd: 0 }));
  if (cmd === PROG_STREAM_READ_BY_FD && file.kind === 'prog') {
    return refuse(refusal('ENOENT', 'stream-unknown', { prog_id: file.id }));
  }
  return refuse(refusal('EINVAL', 'fd-not-for-command', { cmd, fd: 0, kind: file.kind }));
}
