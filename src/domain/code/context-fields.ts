/**
 * Which bytes of its context a program of a type may read and write (`…_is_valid_access` in
 * net/core/filter.c and kernel/bpf/cgroup.c): the offsets by the width of the access, of all hooks of
 * the type together, measured on 6.18.44 with all capabilities.
 */
import type { ProgType, ProgTypeName } from '../prog-type.ts';
import { numberRanges } from './number-ranges.ts';

type Widths = { readonly [W in 1 | 2 | 4 | 8]?: string };

const READ: { readonly [T in ProgTypeName]?: Widths } = {
  cgroup_skb: {
    1: '0-71 84-91 132-139 164-167 176-179',
    2: '0-71 84-91 132-139 164-167 176-179',
    4: '0-71 76-139 164 176',
    8: '48 56 152 168 184',
  },
  cgroup_sock: {
    1: '4 8 12 24-44 48-49 52-72 76',
    2: '4 8 12 24-44 48 52-72 76',
    4: '0-79',
  },
  cgroup_device: { 1: '0-3', 2: '0-3', 4: '0-11' },
  cgroup_sock_addr: { 1: '4-27 40-59', 2: '4-27 40-59', 4: '0-59', 8: '8 16 48 64' },
  sock_ops: { 1: '212', 2: '212', 4: '0-167 208-215', 8: '168 176 184 192 200 216' },
  cgroup_sysctl: { 1: '0-7', 2: '0-7', 4: '0-7' },
  cgroup_sockopt: { 4: '24-39', 8: '0 8 16' },
};

const WRITTEN: { readonly [T in ProgTypeName]?: Widths } = {
  cgroup_skb: { 1: '48-67', 2: '48-67', 4: '8 32 48-67', 8: '48 56 152' },
  cgroup_sock: { 4: '0 16 20' },
  cgroup_device: {},
  cgroup_sock_addr: { 4: '4-27 40-59', 8: '8 16 48' },
  sock_ops: { 4: '4 164' },
  cgroup_sysctl: { 4: '4' },
  cgroup_sockopt: { 4: '24-39' },
};

const DIFFERING: readonly ProgType[] = ['cgroup_sock', 'cgroup_sock_addr', 'cgroup_sockopt'];

/** Whether programs of a type may read other fields for one hook than for another. */
export function hooksDiffer(type: ProgType): boolean {
  return DIFFERING.includes(type);
}

/** Where `__sk_buff` tells the begin and the end of the packet: who has CAP_BPF gets pointers. */
const PACKET: readonly number[] = [76, 80];

/** Whether a read gives a pointer to the packet, and not a number. */
export function isPacket(type: ProgType, { offset, width }: Access): boolean {
  return type === 'cgroup_skb' && width === 4 && PACKET.includes(offset);
}

/** Where the fields begin that came after 5.7: an older kernel has none there. */
const LATE: { readonly [T in ProgTypeName]?: number } = { cgroup_skb: 176, sock_ops: 192 };

/** Whether a kernel may lack a field that 6.18 has. */
export function isLate(type: ProgType, { offset }: Access): boolean {
  return offset >= (LATE[type as ProgTypeName] ?? Infinity);
}

/** Bytes that a load or store moves, by the size bits of its code (`BPF_SIZE`). */
const WIDTHS: Readonly<Record<number, 1 | 2 | 4 | 8>> = { 0: 4, 8: 2, 16: 1, 24: 8 };

/** An access to the context: where, and how many bytes. */
export interface Access {
  readonly offset: number;
  readonly width: 1 | 2 | 4 | 8;
}

/** The access that a load or a store makes. */
export function accessOf({ code, off }: { readonly code: number; readonly off: number }): Access {
  return { offset: off, width: WIDTHS[code & 0x18] ?? 4 };
}

/** Whether no hook of the type has a field there; false too for a type that is not in the table. */
export function isNoField(
  type: ProgType,
  { offset, width }: Access,
  use: 'read' | 'write',
): boolean {
  const fields = (use === 'read' ? READ : WRITTEN)[type as ProgTypeName];
  if (fields === undefined) return false;
  return offset % width !== 0 || !numberRanges(fields[width] ?? '').has(offset);
}
