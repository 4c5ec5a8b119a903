/** A recording as strace writes it of a busy node: agents among everything else that runs there. */

const CGROUP = '/sys/fs/cgroup';
const STARTED_AT_US = 1_795_337_540_000_000;
/** Calls of other programs beside each one that concerns the ledger. */
const OTHERS = 3;

/** Lines of one agent that sets up a pod and takes it down: what it leaves is nothing. */
function* pod(pid: number, n: number): Generator<string> {
  const path = `${CGROUP}/kubepods/pod${n}`;
  const prog = 'anon_inode:bpf-prog';
  yield `${pid} mkdir("${path}", 0755) = 0`;
  yield `${pid} openat(AT_FDCWD</>, "${path}", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = 5<${path}>`;
  yield `${pid} bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_SKB, insn_cnt=2, insns=0x7f3a5c0e8010, license="GPL", log_level=0, log_size=0, log_buf=NULL, kern_version=KERNEL_VERSION(6, 18, 44), prog_flags=0, prog_name="pod_egress", prog_ifindex=0, expected_attach_type=BPF_CGROUP_INET_EGRESS, prog_btf_fd=0</dev/null>, func_info_rec_size=0, func_info=NULL, func_info_cnt=0, line_info_rec_size=0, line_info=NULL, line_info_cnt=0, attach_btf_id=0, attach_prog_fd=0</dev/null>}, 144) = 6<${prog}>`;
  yield `${pid} bpf(BPF_LINK_CREATE, {link_create={prog_fd=6<${prog}>, target_fd=5<${path}>, attach_type=BPF_CGROUP_INET_EGRESS, flags=0}}, 48) = 7<anon_inode:bpf_link>`;
  yield `${pid} close(6<${prog}>) = 0`;
  yield `${pid} bpf(BPF_PROG_ATTACH, {target_fd=5<${path}>, attach_bpf_fd=8, attach_type=BPF_CGROUP_DEVICE, attach_flags=BPF_F_ALLOW_MULTI, replace_bpf_fd=0</dev/null>}, 20) = -1 EBADF (Bad file descriptor)`;
  yield `${pid} close(7<anon_inode:bpf_link>) = 0`;
  yield `${pid} close(5<${path}>) = 0`;
  yield `${pid} rmdir("${path}") = 0`;
}

/** What every process does, which the ledger passes over. */
function other(pid: number, n: number): string {
  switch (n % 3) {
    case 0:
      return `${pid} openat(AT_FDCWD</>, "/usr/lib/x86_64-linux-gnu/lib${n % 977}.so.6", O_RDONLY|O_CLOEXEC) = 9</usr/lib/x86_64-linux-gnu/lib${n % 977}.so.6>`;
    case 1:
      return `${pid} fcntl(9</usr/lib/x86_64-linux-gnu/lib${(n - 1) % 977}.so.6>, F_GETFD) = 0x1 (flags FD_CLOEXEC)`;
    default:
      return `${pid} close(9</usr/lib/x86_64-linux-gnu/lib${(n - 2) % 977}.so.6>) = 0`;
  }
}

/**
 * The lines of a recording, in pieces of some kilobytes.
 *
 * @param bytes after which it ends, when the pod that is being made is taken down
 */
export function* straceRecording(bytes: number): Generator<string> {
  let at = STARTED_AT_US;
  let [written, calls] = [0, 0];
  const line = (text: string): string => {
    const space = text.indexOf(' ');
    at += 37;
    const time = `${Math.floor(at / 1e6)}.${String(at % 1e6).padStart(6, '0')}`;
    return `${text.slice(0, space)} ${time}${text.slice(space)}\n`;
  };
  yield line(`811 mkdir("${CGROUP}/kubepods", 0755) = 0`);
  for (let n = 1; written < bytes; n++) {
    let piece = '';
    for (const text of pod(812, n)) {
      piece += line(text);
      for (let i = 0; i < OTHERS; i++) piece += line(other(900 + (n % 50), calls++));
    }
    written += piece.length;
    yield piece;
  }
}
