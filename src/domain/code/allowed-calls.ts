/**
 * The helpers that a program of a type may call (`…_func_proto` in net/core/filter.c and
 * kernel/bpf/cgroup.c), by their numbers, whatever its hook: measured on 6.18.44. Earlier kernels have
 * fewer of them, so a helper that is not here is refused by all; the kernel adds none any more.
 */
import type { ProgType, ProgTypeName } from '../prog-type.ts';
import { numberRanges } from './number-ranges.ts';

const ALL_CGROUP_TYPES =
  '1-3 5-8 12 14-17 22 25 35 37 42 55 80-81 87-89 93-94 105-106 109 112-115 117-118 120 123 125 ' +
  '130-134 141 149 153-154 156-158 164-165 169-172 175-177 180-182 194-195 197-203 208-211';
const BEYOND: { readonly [T in ProgTypeName]?: string } = {
  cgroup_skb: '26 46-47 68 79 83-86 95-99 107-108 122 128-129 136-140 160 178 196',
  cgroup_sock: '46 107 122 160 186-187',
  cgroup_device: '186-187',
  cgroup_sock_addr: '46 49 57 64 84-86 99 107-108 122 136-140 160 178 186-187 196',
  sock_ops: '46 49 53 57 59 70 96 107-108 122 136-140 142-144 160 178 196',
  cgroup_sysctl: '101-104 160 186-187',
  cgroup_sockopt: '49 57 96 107-108 122 186-187',
};

const ALLOWED: ReadonlyMap<ProgType, ReadonlySet<number>> = new Map(
  Object.entries(BEYOND).map(([type, beyond]) => [
    type as ProgType,
    numberRanges(`${ALL_CGROUP_TYPES} ${beyond}`),
  ]),
);

/** The helpers that a type may call; undefined for a type that is not in the table. */
export function helpersOf(type: ProgType): ReadonlySet<number> | undefined {
  return ALLOWED.get(type);
}
