/**
 * What the verifier says of a program (semantics §7, §25.2; `bpf_check`): which maps it uses, whether
 * its instructions are a program at all, and what its return value may be. Without instructions the
 * program is the smallest that does what the call says: it returns a constant and uses its maps.
 */
import type { AttachType } from '../attach-type.ts';
import { type AttachTypeName, CGROUP_HOOKS } from '../attach-type.ts';
import { heldBtf } from '../btf.ts';
import type { Calls } from '../call.ts';
import { bpfCapable, btfAt, type Caller, fileAt, has, mapAt } from '../caller.ts';
import { isRefused, refusal } from '../decision.ts';
import { NO_IDS } from '../ids.ts';
import type { BpfMap } from '../kernel.ts';
import type { MapType } from '../map-type.ts';
import type { Refusal } from '../outcome.ts';
import type { ProgType, ProgTypeName } from '../prog-type.ts';
import { isStorageMap } from '../storage.ts';
import { returnRange } from '../verifier.ts';
import { badFunctions, badInstruction, badWays, countFunctions } from './first-passes.ts';
import { CALLED, type Insn, isCall, LD_IMM64, readInsns } from './instructions.ts';
import { type MapReference, mapReference } from './map-references.ts';
import { followProgram, GET_LOCAL_STORAGE, type KnownOfProgram } from './straight-line.ts';

/** Maps that one program may use (`MAX_USED_MAPS`). */
const USED_MAPS_MAX = 64;
/** From here on fd_array_cnt is refused unread. */
const FD_ARRAY_END = 2 ** 30 - 1;
/**
 * Refusals of a load once the verifier is content: of instructions that the rules only read, the
 * kernel may have said something else before.
 */
export const AFTER_VERIFIER: readonly string[] = [
  'told-return-out-of-range',
  'load-unlike-owner',
  'no-free-fd',
];
/** What a program returns whose instructions nobody told. */
const DEFAULT_RET = 1;

type ProgLoad = Calls['prog_load'];

const NO_MAPS: readonly BpfMap[] = [];

/** A program that may be loaded. */
export interface Accepted {
  readonly maps: readonly BpfMap[];
  /** BTF that it holds. */
  readonly btfIds: readonly number[];
  /** The constant that it returns, where it is known. */
  readonly returns: number | undefined;
  /** Whether all that the verifier looks at is known here. */
  readonly verified: boolean;
}

interface Loading {
  readonly call: ProgLoad;
  readonly type: ProgType;
  readonly expected: AttachType;
  /** Why a program of the type is refused once its form is good (`check_attach_btf_id`). */
  readonly foreign: Refusal | undefined;
  /** The user namespace in which capabilities are asked. */
  readonly user: number;
}

/** The maps of a program and what it returns, or why it is none. */
export function verdict(caller: Caller, loading: Loading): Accepted | Refusal {
  const { call, type, expected, foreign, user } = loading;
  const used = new UsedMaps(caller, loading);
  const code = call.insns === undefined ? undefined : readInsns(call.insns);
  // Only what instructions may do depends on it.
  const hasBpf = code !== undefined && bpfCapable(caller, user);
  const refused =
    used.takeArray(call) ??
    used.takeDescription(call) ??
    (code === undefined ? takeNamed(used, call) : takeReferences(used, call, code, hasBpf)) ??
    (code === undefined ? undefined : badWays(code, hasBpf)) ??
    foreign ??
    (used.maps.length === 0
      ? undefined
      : strangeHelper(used.maps, type, code === undefined ? asksByName(call) : asks(code)));
  if (refused !== undefined) return refused;
  const known: KnownOfProgram =
    code === undefined
      ? { returns: call.ret ?? DEFAULT_RET }
      : followProgram(code, { type, hasBpf });
  if (known.refused !== undefined) return known.refused;
  // Of a program that is not known to its end, the caller may say what it returns.
  const isFollowed = known.returns !== undefined;
  const returns = isFollowed ? known.returns : call.ret;
  const isSure = isFollowed && known.unsure !== true;
  const verified = isSure && !used.maps.some((map) => OWNED_MAPS.includes(map.map_type));
  const bad =
    returns === undefined ? undefined : outOfRange(caller, returns, { type, expected, isFollowed });
  const constant = typeof returns === 'number' ? returns : undefined;
  const btfIds = heldBtf(caller.kernel, used.btfIds);
  return bad ?? { maps: used.maps, btfIds, returns: constant, verified };
}

/** The functions that are described must be those of the program (`check_btf_func`). */
function refuseMiscounted({ func_info_cnt = 0 }: ProgLoad, functions: number): Refusal | undefined {
  if (func_info_cnt === 0 || func_info_cnt === functions) return undefined;
  return refusal('EINVAL', 'func-info-count', { func_info_cnt, functions });
}

function takeNamed(used: UsedMaps, call: ProgLoad): Refusal | undefined {
  const bad = refuseMiscounted(call, 1);
  if (bad !== undefined || call.map_fds === undefined) return bad;
  for (const fd of call.map_fds) {
    const refused = used.take(fd, 'map_fds');
    if (isRefusal(refused)) return refused;
  }
  return undefined;
}

/** Functions come first; then, instruction by instruction, its form and the map that it names. */
function takeReferences(
  used: UsedMaps,
  call: ProgLoad,
  code: readonly Insn[],
  hasBpf: boolean,
): Refusal | undefined {
  const refused = badFunctions(code, hasBpf) ?? refuseMiscounted(call, countFunctions(code));
  if (refused !== undefined) return refused;
  for (let index = 0; index < code.length; index++) {
    const bad = badInstruction(code, index) ?? takeReference(used, call, mapReference(code, index));
    if (bad !== undefined) return bad;
    if (code[index]?.code === LD_IMM64) index++;
  }
  return undefined;
}

function takeReference(
  used: UsedMaps,
  { fd_array }: ProgLoad,
  reference: MapReference | undefined,
): Refusal | undefined {
  if (reference === undefined) return undefined;
  const { by, number, offset, index } = reference;
  if (by === 'fd_array' && !used.knowsArrays) {
    const what = 'is a 64-bit load of an unknown kind';
    return refusal('EINVAL', 'instructions-malformed', { insn: index, what });
  }
  if (by === 'fd_array' && fd_array === undefined) {
    return refusal('EPROTO', 'fd-array-missing', { insn: index, number });
  }
  const fd = by === 'fd' ? number : fd_array?.[number];
  if (fd === undefined) return refusal('EFAULT', 'fd-array-short', { fd_array_cnt: number + 1 });
  const map = used.take(fd, by === 'fd' ? 'insns' : 'fd_array');
  if (isRefusal(map)) return map;
  return offset === undefined ? undefined : noAddress(map, { insn: index, offset });
}

/** Only arrays of one element have an address (`array_map_direct_value_addr`). */
function noAddress(
  map: BpfMap,
  at: { readonly insn: number; readonly offset: number },
): Refusal | undefined {
  const { id: map_id, map_type } = map;
  const about = { ...at, map_id, map_type };
  if (map_type !== 'array') return refusal('EINVAL', 'map-has-no-address', about);
  if (at.offset >= ADDRESS_END) return refusal('EINVAL', 'map-has-no-address', about);
  if (map.max_entries !== 1) return refusal('ENOTSUPP', 'map-has-no-address', about);
  return at.offset < map.value_size ? undefined : refusal('EINVAL', 'map-has-no-address', about);
}

/** `BPF_MAX_VAR_OFF`. */
const ADDRESS_END = 2 ** 29;

/**
 * Types that belong to the first program that names them: whether another may is a matter of its type,
 * its hook and its storages (`bpf_prog_map_compatible`), and not told here.
 */
const OWNED_MAPS: readonly MapType[] = ['devmap', 'cpumap'];

/** `BPF_F_SLEEPABLE`. */
const SLEEPABLE = 16;
/** Types that a program which may sleep can use (`check_map_prog_compatibility`). */
const SLEEPERS_MAPS: readonly MapType[] = [
  ...(['hash', 'lru_hash', 'percpu_hash', 'lru_percpu_hash', 'array', 'percpu_array'] as const),
  ...(['array_of_maps', 'hash_of_maps', 'ringbuf', 'user_ringbuf', 'queue', 'stack'] as const),
  ...(['inode_storage', 'sk_storage', 'task_storage', 'cgrp_storage', 'arena'] as const),
];

/** The maps and BTF that a program uses, each once; a program has at most one storage map a kind. */
class UsedMaps {
  readonly #caller: Caller;
  readonly #loading: Loading;
  /** Most programs use none of either, and share one list. */
  maps: readonly BpfMap[] = NO_MAPS;
  btfIds: readonly number[] = NO_IDS;

  constructor(caller: Caller, loading: Loading) {
    this.#caller = caller;
    this.#loading = loading;
  }

  /** Whether instructions may name maps by an index (5.14). */
  get knowsArrays(): boolean {
    return this.#caller.kernel.switches.fd_array;
  }

  /** All fds of an fd_array that is counted (`process_fd_array`). */
  takeArray({ fd_array, fd_array_cnt = 0 }: ProgLoad): Refusal | undefined {
    if (fd_array_cnt === 0) return undefined;
    const short = { fd_array_cnt };
    if (fd_array_cnt >= FD_ARRAY_END) return refusal('EINVAL', 'fd-array-short', short);
    for (let i = 0; i < fd_array_cnt; i++) {
      const fd = fd_array?.[i];
      if (fd === undefined) return refusal('EFAULT', 'fd-array-short', short);
      // BTF from which functions may be called (`__add_used_btf`).
      const file = fileAt(this.#caller, fd);
      if (file?.kind === 'btf') {
        this.btfIds = [...this.btfIds, file.id];
        continue;
      }
      const map = this.take(fd, 'fd_array');
      if (isRefusal(map)) return map;
    }
    return undefined;
  }

  /** BTF of functions and lines; which types are in it, and what it says of them, is not told. */
  takeDescription(call: ProgLoad): Refusal | undefined {
    const { prog_btf_fd = 0, func_info_cnt = 0, line_info_cnt = 0 } = call;
    if (func_info_cnt === 0 && line_info_cnt === 0) return undefined;
    const file = btfAt(this.#caller, prog_btf_fd, 'prog_btf_fd');
    if (isRefused(file)) return file;
    this.btfIds = [...this.btfIds, file.id];
    return undefined;
  }

  take(fd: number, field: string): BpfMap | Refusal {
    const found = mapAt(this.#caller, fd, field);
    if (isRefused(found)) return found;
    const { map } = found;
    if (this.maps.includes(map)) return map;
    if (map.map_type === 'arena') return this.#arena(map);
    if (this.maps.length >= USED_MAPS_MAX) {
      return refusal('E2BIG', 'too-many-maps', { limit: USED_MAPS_MAX });
    }
    const { id: map_id, map_type } = map;
    const maySleep = ((this.#loading.call.prog_flags ?? 0) & SLEEPABLE) !== 0;
    if (maySleep && !SLEEPERS_MAPS.includes(map_type)) {
      return refusal('EINVAL', 'map-not-for-sleepers', { map_id, map_type });
    }
    if (isStorageMap(map) && this.maps.some((other) => other.map_type === map.map_type)) {
      return refusal('EBUSY', 'two-storage-maps', { map_id: map.id, map_type: map.map_type });
    }
    const owner = storageOwner(this.#caller, map);
    if (owner !== undefined) {
      return refusal('EBUSY', 'storage-map-has-owner', { map_id: map.id, prog_id: owner });
    }
    this.maps = [...this.maps, map];
    return map;
  }

  /** An arena wants to be mapped by its owner first, and mmap(2) is not a call here. */
  #arena({ id: map_id, map_type }: BpfMap): Refusal {
    const caller = this.#caller;
    const { user } = this.#loading;
    const mayRead = has(caller, 'perfmon', user) || has(caller, 'sys_admin', user);
    if (!mayRead || !bpfCapable(caller, user))
      return refusal('EPERM', 'load-needs-perfmon', { prog_type: `a program with an ${map_type}` });
    return refusal('EINVAL', 'arena-not-mapped', { map_id });
  }
}

function isRefusal(found: BpfMap | Refusal): found is Refusal {
  return isRefused(found);
}

/** Up to 5.8 a storage map belongs to the first program loaded with it (§25.6). */
function storageOwner(caller: Caller, map: BpfMap): number | undefined {
  if (caller.kernel.switches.storage_is_shared || !isStorageMap(map)) return undefined;
  for (const program of caller.kernel.programs.values()) {
    if (program.storage_map_ids.includes(map.id)) return program.id;
  }
  return undefined;
}

/** Whether instructions ask a storage map for the storage. */
function asks(code: readonly Insn[]): boolean {
  return code.some(
    (insn) => isCall(insn) && insn.src === CALLED.helper && insn.imm === GET_LOCAL_STORAGE,
  );
}

/** A program without instructions asks the maps that it names; what only its fd_array has, it holds. */
function asksByName({ map_fds = [], map_ref_only }: ProgLoad): boolean {
  return map_fds.length > 0 && map_ref_only !== true;
}

/** A program without instructions asks its storage map for the storage, unless it only mentions it. */
function strangeHelper(
  maps: readonly BpfMap[],
  type: ProgType,
  asksForStorage: boolean,
): Refusal | undefined {
  if (!asksForStorage) return undefined;
  const storage = maps.find((map) => isStorageMap(map));
  const mayCall = typeof type === 'string' && STORAGE_HELPER_TYPES.includes(type);
  if (storage === undefined || mayCall) return undefined;
  return refusal('EINVAL', 'helper-not-for-type', { prog_type: type, map_id: storage.id });
}

function outOfRange(
  caller: Caller,
  returns: number | 'anything',
  { type, expected, isFollowed }: Pick<Loading, 'type' | 'expected'> & { isFollowed: boolean },
): Refusal | undefined {
  const range = returnRange(caller.kernel.switches, type, expected);
  if (range === undefined) return undefined;
  const { min, max } = range;
  if (returns !== 'anything' && returns >= min && returns <= max) return undefined;
  const rule = isFollowed ? 'return-out-of-range' : 'told-return-out-of-range';
  return refusal('EINVAL', rule, { ret: returns, min, max });
}

/** Types whose programs may call bpf_get_local_storage: all of cgroups', and SOCK_OPS. */
const STORAGE_HELPER_TYPES: readonly ProgTypeName[] = [
  'lsm',
  ...new Set(
    Object.keys(CGROUP_HOOKS).flatMap(
      (name) => CGROUP_HOOKS[name as AttachTypeName]?.progType ?? [],
    ),
  ),
];
