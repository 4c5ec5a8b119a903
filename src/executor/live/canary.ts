/**
 * Detects when the kernel has done its late work: rmdir releases a cgroup's programs and links
 * in a work item after an RCU grace period, the last unlink of a pin puts its object after one, and a
 * freed program gives its maps back after one. The kernel does these in the order in which they were
 * asked for on one CPU, so a canary that is let go after the call is gone no sooner than what
 * the call let go.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ATTR_BYTES, Attr } from '../../native/attr.ts';
import { BTF_LOAD, MAP_CREATE, PROG_LOAD } from '../../native/attr-fields.ts';
import { BPF } from '../../native/commands.ts';
import { assemble } from '../../native/instructions.ts';
import { cString, must, SYS, type SystemCalls } from '../../native/syscall.ts';
import { askAgain } from './ask-again.ts';
import { openBase } from './beneath.ts';
import { realBtfId } from './btf-info.ts';
import { BTF, INT_ID } from './types.ts';

/**
 * The late work to wait for: the objects of a removed cgroup, of a pin, the maps of a program, the
 * programs of tracepoint links, the BTF of a map.
 */
export type Late = 'cgroup' | 'pin' | 'maps' | 'links' | 'btf';

const WAIT_MS_MAX = 20_000;
const POLL_MS = 1;
const CGROUP_SKB = 8;
const RAW_TRACEPOINT = 17;
const ARRAY = 2;
const EGRESS = 1;

export interface CanaryPlace {
  /** A directory of the cgroup hierarchy in which the canary's cgroup is made. */
  readonly cgroup: string;
  /** A name on a bpffs for the canary's pin. */
  readonly pin: string;
}

/** Waits until the kernel has done its late work about `late`. */
export async function settle(kernel: SystemCalls, place: CanaryPlace, late: Late): Promise<void> {
  if (late === 'btf') return settleBtf(kernel);
  const map = create(kernel);
  const prog = load(kernel, map.fd, late === 'links' ? RAW_TRACEPOINT : CGROUP_SKB);
  close(kernel, map.fd);
  if (late === 'links') {
    const name = cString('cgroup_remount');
    const attr = new Attr(kernel).pointer(0, name).u32(8, prog.fd);
    const link = command(kernel, 'raw_tracepoint_open', attr);
    close(kernel, prog.fd);
    close(kernel, link);
    await waitUntilGone(kernel, 'prog_get_next_id', prog.id);
  } else if (late === 'maps') {
    close(kernel, prog.fd);
  } else if (late === 'pin') {
    pin(kernel, prog.fd, place.pin);
    close(kernel, prog.fd);
    must(kernel.call(SYS.unlink, cString(place.pin)), 'unpin the canary');
    await waitUntilGone(kernel, 'prog_get_next_id', prog.id);
  } else {
    attach(kernel, prog.fd, place.cgroup);
    close(kernel, prog.fd);
    must(kernel.call(SYS.rmdir, cString(place.cgroup)), 'remove the cgroup of the canary');
    await waitUntilGone(kernel, 'prog_get_next_id', prog.id);
  }
  await waitUntilGone(kernel, 'map_get_next_id', map.id);
}

/** A program and a map let go of BTF: both are made with types of the canary's own. */
async function settleBtf(kernel: SystemCalls): Promise<void> {
  const load = new Attr(kernel).pointer(BTF_LOAD.btf, BTF).u32(BTF_LOAD.btf_size, BTF.length);
  const btf = command(kernel, 'btf_load', load);
  const id = realBtfId(kernel, btf);
  const map = create(kernel, btf).fd;
  const insns = assemble(1, []);
  const fds = Buffer.alloc(4);
  fds.writeUInt32LE(btf, 0);
  const attr = new Attr(kernel).u32(0, CGROUP_SKB).u32(4, insns.length / 8);
  attr.pointer(8, insns).pointer(16, cString('GPL')).name(48, 'canary');
  attr.pointer(PROG_LOAD.fd_array, fds).u32(PROG_LOAD.fd_array_cnt, 1);
  const made = kernel.call(SYS.bpf, BPF.prog_load, attr.buffer, ATTR_BYTES);
  // Before 6.14 a program holds none in this way.
  if ('ret' in made) close(kernel, made.ret);
  close(kernel, map);
  close(kernel, btf);
  await waitUntilGone(kernel, 'btf_get_next_id', id);
}

function command(kernel: SystemCalls, name: keyof typeof BPF, attr: Attr): number {
  return askAgain(kernel, name, attr, 'the canary');
}

function close(kernel: SystemCalls, fd: number): void {
  must(kernel.call(SYS.close, fd), 'close the canary');
}

function create(kernel: SystemCalls, btf?: number) {
  const attr = new Attr(kernel).u32(0, ARRAY).u32(4, 4).u32(8, 4).u32(12, 1).name(28, 'canary');
  if (btf !== undefined) {
    attr.u32(MAP_CREATE.btf_fd, btf);
    attr.u32(MAP_CREATE.btf_key_type_id, INT_ID).u32(MAP_CREATE.btf_value_type_id, INT_ID);
  }
  return identify(kernel, command(kernel, 'map_create', attr));
}

function load(kernel: SystemCalls, mapFd: number, type: number) {
  const insns = assemble(1, [{ fd: mapFd, use: 'mention', keyBytes: 4 }]);
  const attr = new Attr(kernel)
    .u32(0, type)
    .u32(4, insns.length / 8)
    .pointer(8, insns)
    .pointer(16, cString('GPL'))
    .name(48, 'canary');
  return identify(kernel, command(kernel, 'prog_load', attr));
}

function identify(kernel: SystemCalls, fd: number): { fd: number; id: number } {
  const info = Buffer.alloc(256);
  const attr = new Attr(kernel).u32(0, fd).u32(4, info.length).pointer(8, info);
  command(kernel, 'obj_get_info_by_fd', attr);
  return { fd, id: info.readUInt32LE(4) };
}

function pin(kernel: SystemCalls, fd: number, path: string): void {
  command(kernel, 'obj_pin', new Attr(kernel).pointer(0, cString(path)).u32(8, fd));
}

function attach(kernel: SystemCalls, fd: number, path: string): void {
  must(kernel.call(SYS.mkdir, cString(path), 0o755), 'make the cgroup of the canary');
  const { fd: directory } = openBase(kernel, path);
  command(kernel, 'prog_attach', new Attr(kernel).u32(0, directory).u32(4, fd).u32(8, EGRESS));
  close(kernel, directory);
}

async function waitUntilGone(
  kernel: SystemCalls,
  walk: 'prog_get_next_id' | 'map_get_next_id' | 'btf_get_next_id',
  id: number,
): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const attr = new Attr(kernel).u32(0, id - 1);
    const answered = kernel.call(SYS.bpf, BPF[walk], attr.buffer, ATTR_BYTES);
    if ('errno' in answered || attr.readU32(4) !== id) return;
    if (performance.now() > deadline) throw new Error('the kernel does not let go of the canary');
    await pause(POLL_MS);
  }
}
