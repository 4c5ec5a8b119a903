/**
 * RLIMIT_MEMLOCK on kernels up to 5.10 (semantics §18; `bpf_charge_memlock`): the pages of a user's
 * maps and programs count as locked, whoever of its processes made them, and the limit of the process
 * that makes another one is what they may not pass. No capability lifts it.
 */
import { type Caller, has } from './caller.ts';
import { refusal } from './decision.ts';
import type { Kernel } from './kernel.ts';
import type { MapMeta } from './map-likeness.ts';
import { lockedBytes, pagesOf, storagePages } from './maps/locked-pages.ts';
import type { Refusal } from './outcome.ts';

const PAGE_BITS = 12;
/** `struct bpf_prog` up to its instructions, of which each has eight bytes. */
const PROG_BYTES = 56;
const INSN_BYTES = 8;
/** `U32_MAX - PAGE_SIZE`: a map that needs as much is none that this kernel makes. */
const MAP_BYTES_MAX = 2 ** 32 - 1 - 4096;

/** Pages of a program: its instructions as they were given. */
export function progPages(insns: number): number {
  return pagesOf(PROG_BYTES + insns * INSN_BYTES);
}

/** Pages of a new map of `caller`, where the kernel charges them; else 0. */
export function mapPages(caller: Pick<Caller, 'kernel' | 'process'>, map: MapMeta): number {
  if (!caller.kernel.switches.memlock_is_charged) return 0;
  return pagesOf(lockedBytes(map, isRounded(caller)));
}

/** What creating a map fails by for the memory that it would lock (`bpf_map_charge_init`). */
export function mapLocks(caller: Caller, map: MapMeta): Refusal | undefined {
  if (!caller.kernel.switches.memlock_is_charged) return undefined;
  const { map_type, max_entries } = map;
  // `dev_map_init_map` tells nobody why.
  const isDevmap = map_type === 'devmap' || map_type === 'devmap_hash';
  if (lockedBytes(map, isRounded(caller)) >= MAP_BYTES_MAX) {
    const about = { map_type, max_entries };
    return refusal(isDevmap ? 'EINVAL' : 'E2BIG', 'map-locks-too-much', about);
  }
  const low = tooLow(caller, mapPages(caller, map), `the ${map_type} map`);
  return low === undefined || !isDevmap ? low : { ...low, errno: 'EINVAL' };
}

/** What loading a program fails by for the memory that it would lock (`bpf_prog_charge_memlock`). */
export function progLocks(caller: Caller, insns: number): Refusal | undefined {
  if (!caller.kernel.switches.memlock_is_charged) return undefined;
  return tooLow(caller, progPages(insns), `the program of ${insns} instructions`);
}

function tooLow({ kernel, process }: Caller, pages: number, what: string): Refusal | undefined {
  const { uid, memlock } = process;
  if (memlock < 0) return undefined;
  const locked = lockedPages(kernel, uid);
  const limit = Math.floor(memlock / 2 ** PAGE_BITS);
  if (locked + pages <= limit) return undefined;
  return refusal('EPERM', 'memlock-too-low', { what, pages, uid, locked, limit });
}

/** Pages that the maps and programs of a user lock. They are counted only where a limit is set. */
function lockedPages(kernel: Kernel, uid: number): number {
  let pages = 0;
  for (const program of kernel.programs.values()) if (program.uid === uid) pages += program.pages;
  for (const map of kernel.maps.values()) {
    if (map.uid === uid) pages += map.pages + map.elements.length * storagePages(map);
  }
  return pages;
}

/** Without CAP_PERFMON (CAP_SYS_ADMIN before there was one) an array is made safe from speculation. */
function isRounded({ kernel, process }: Pick<Caller, 'kernel' | 'process'>): boolean {
  const { caps } = process;
  return !caps.includes('sys_admin') && !(kernel.switches.cap_bpf && caps.includes('perfmon'));
}

/** Whether a process may set its limit: to raise it takes CAP_SYS_RESOURCE (`do_prlimit`). */
export function memlockRaised(caller: Caller, memlock: number): Refusal | undefined {
  const { memlock: now } = caller.process;
  if (now < 0 || (memlock >= 0 && memlock <= now) || has(caller, 'sys_resource')) return undefined;
  return refusal('EPERM', 'memlock-is-raised', { memlock, now });
}
