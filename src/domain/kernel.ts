/**
 * The state of one kernel (semantics §3), and who holds it. `evolve` changes it, `decide` reads it.
 */
import type { AttachType } from './attach-type.ts';
import type { Btf, ProgramBtf } from './btf-row.ts';
import type { MapKey } from './call.ts';
import type { Capability } from './capability.ts';
import type { EntryHolder, FileKind, ObjectKind } from './effect.ts';
import type { ExecSets } from './exec-sets.ts';
import type { FdTable } from './fd-table.ts';
import type { Mode } from './flags.ts';
import type { MapMeta, MapOwner } from './map-likeness.ts';
import type { MapType } from './map-type.ts';
import type { Recency } from './maps/lru-lists.ts';
import type { Mount } from './mount-row.ts';
import type { Namespace, Namespaces } from './namespace-row.ts';
import type { ProgType } from './prog-type.ts';
import type { BootConfig } from './release/config.ts';
import type { Switches } from './release/switches.ts';
import type { Sysctls } from './sysctls.ts';
import { type RowKind, Table } from './table.ts';

export interface Process {
  readonly pid: number;
  /** The process that it is a thread of; its own pid unless it was made with CLONE_THREAD. */
  readonly tgid: number;
  /** The other living threads of that process. */
  threads: readonly number[];
  comm: string;
  uid: number;
  caps: readonly Capability[];
  /** What exec makes of its capabilities. */
  sets: ExecSets;
  nofile: number;
  /** Both limits of RLIMIT_MEMLOCK, in bytes; -1 is none. */
  memlock: number;
  umask: number;
  cgroup_id: number;
  namespaces: Namespaces;
  fds: FdTable;
  /** Other processes that have the very same fd table (CLONE_FILES). */
  shared_with: readonly number[];
  /** Other threads that have the very same umask and root directory (CLONE_FS). */
  fs_with: readonly number[];
  /** Open file descriptions that wait to be received, oldest first. */
  mailbox: readonly number[];
}

/** An open file description: what dup, fork and SCM_RIGHTS share. */
export interface OpenFile {
  readonly kind: FileKind;
  readonly id: number;
  readonly access?: 'read' | 'write' | undefined;
  /** Fds that point here, and copies in flight. */
  refs: number;
  /** Whether a directory of a bpffs is the top of its instance. */
  readonly top: boolean;
}

export interface Program {
  readonly id: number;
  readonly prog_type: ProgType;
  readonly expected_attach_type: AttachType;
  readonly enforced: boolean;
  readonly prog_name: string;
  readonly tag: string;
  readonly uid: number;
  map_ids: readonly number[];
  readonly storage_map_ids: readonly number[];
  readonly btf: ProgramBtf;
  /** Pages of its instructions, which its user locks (kernels up to 5.10). */
  readonly pages: number;
  /** Open file descriptions, pins, legacy entries, links (§3) and elements of prog_arrays. */
  refs: number;
  /** The user namespace of the token that it was loaded with; the host's for none. */
  readonly token_user: number;
  /** It was loaded with `BPF_F_XDP_HAS_FRAGS`: it shares no prog_array with others (§25.8). */
  readonly xdp_has_frags: boolean;
}

export interface Link {
  readonly id: number;
  prog_id: number;
  readonly attach_type: AttachType;
  /** 0 once defunct, and in another subsystem. */
  cgroup_id: number;
  /** It is attached in another subsystem. */
  elsewhere: boolean;
  /** Storage maps of the program it was made with: LINK_UPDATE keeps these storages (§25.3). */
  readonly storage_map_ids: readonly number[];
  /** Open file descriptions and pins; v2-series may leak one. */
  refs: number;
}

/** One slot of a list: a program attached directly, or a link. */
export type Entry = EntryHolder & { readonly preorder?: true };

/** Of a list of LSM_CGROUP: the entries of one hook (`lsm-hooks.ts`). */
export interface HookPart {
  readonly slot: number;
  /** The function that they hook. */
  readonly btf_id: number;
  readonly mode: Mode;
  readonly revision: number;
  readonly entries: number;
}

/** A cgroup's own entries for one attach type. Immutable: a change makes a new one. */
export interface EntryList {
  readonly mode: Mode;
  readonly revision: number;
  readonly entries: readonly Entry[];
  /** By slot; of LSM_CGROUP alone. */
  readonly parts?: readonly HookPart[];
}

/** What a process shares its fd table with: nearly always nobody. */
export const NOBODY: readonly number[] = [];

/** The lists of a cgroup that nothing was ever attached to: nearly all, so they share one. */
export const NO_LISTS: ReadonlyMap<AttachType, EntryList> = new Map();

/** Who may do what in a cgroup's directory, and with its control files. */
export interface CgroupAccess {
  readonly uid: number;
  readonly mode: number;
  /** Whose the control files are, but for those that were given to others. */
  readonly made_by: number;
  /** Control files with an owner or mode of their own, by name. */
  readonly files: Readonly<Record<string, { readonly uid: number; readonly mode: number }>>;
}

/** What root makes: nearly all, so they share one. */
export const ROOTS_ACCESS: CgroupAccess = { uid: 0, mode: 0o755, made_by: 0, files: {} };

export interface Cgroup {
  readonly id: number;
  /** 0 for the root. */
  readonly parent_id: number;
  readonly path: string;
  children: number;
  processes: number;
  access: CgroupAccess;
  /** Part of its parent's domain; how many below it are; what it hands on (controllers.ts). */
  threaded: boolean;
  threaded_children: number;
  controllers: number;
  /** Changed by `setList` alone. */
  lists: ReadonlyMap<AttachType, EntryList>;
}

/** A cgroup storage of a map (§25), or an element of a plain map. */
export interface Element {
  readonly key: MapKey;
  readonly value: number;
}

export interface BpfMap {
  readonly id: number;
  readonly map_type: MapType;
  readonly key_size: number;
  readonly value_size: number;
  readonly max_entries: number;
  readonly map_name: string;
  readonly map_flags: number;
  /** Of a map of maps: what the maps in it are like. */
  readonly inner: MapMeta | undefined;
  /** BTF that it holds (§28). */
  readonly btf_ids: readonly number[];
  /** Of a prog_array, once a program has to do with it. */
  owner: MapOwner | undefined;
  frozen: boolean;
  /** Who made it. */
  readonly uid: number;
  /** Pages that its maker locks, without those of its storages (kernels up to 5.10). */
  readonly pages: number;
  /**
   * Storages newest first, those of LRU maps as they stand in `recency`, plain ones in the order of
   * their keys. Where they hold programs or maps, their values are ids.
   */
  elements: readonly Element[];
  recency: Recency | undefined;
  /** Open file descriptions, pins, programs that use or bind it, and maps of maps that hold it. */
  refs: number;
}

/** A name on a bpffs: a directory, a symlink, or a pin that holds one reference. */
export interface BpffsNode {
  readonly kind: ObjectKind | 'dir' | 'symlink';
  /** The pinned object; 0 for a directory and a symlink. */
  readonly id: number;
  /** Of a symlink where it leads; else empty. */
  readonly target: string;
  uid: number;
  mode: number;
  /** What names of one pin have in common (link(2)); 0 for a node that never had two. */
  inode: number;
}

/** An effective array that a kernel bug wrote against its lists (D25). */
export interface WrittenArray {
  readonly cgroup_id: number;
  readonly attach_type: AttachType;
  readonly prog_ids: readonly number[];
}

/** The next number of each counter. */
export interface Counters {
  pid: number;
  file: number;
  prog: number;
  link: number;
  map: number;
  btf: number;
  cgroup: number;
  namespace: number;
}

export interface Boot {
  readonly number: number;
  readonly boot_id: string;
  readonly release: string;
  readonly config: BootConfig;
}

export interface Kernel {
  boot: Boot;
  sysctls: Sysctls;
  switches: Switches;
  counters: Counters;
  /** What the rows of the tables hold beside themselves, in rows (`size.ts`). */
  contents: number;
  processes: Table<number, Process>;
  files: Table<number, OpenFile>;
  programs: Table<number, Program>;
  links: Table<number, Link>;
  maps: Table<number, BpfMap>;
  btfs: Table<number, Btf>;
  cgroups: Table<number, Cgroup>;
  /** Living cgroups by path. */
  cgroupIds: Table<string, number>;
  bpffs: Table<string, BpffsNode>;
  mounts: Table<number, Mount>;
  /** What is mounted, by the place that it stands on (`placeKey`). */
  mountedOn: Table<string, number>;
  /** Those of the host have no row. */
  namespaces: Table<number, Namespace>;
  /** By `cgroup_id|attach_type`; empty but on kernels with the bug. */
  writtenArrays: Table<string, WrittenArray>;
}

const SHALLOW = { copy: <V extends object>(row: V): V => ({ ...row }) };
const SAME = { copy: <V>(row: V): V => row };
const NAMED_ID: RowKind<number> = { ...SAME, keysReturn: true };
const MOUNT: RowKind<Mount> = { ...SHALLOW, keysReturn: true };
const BPFFS_NODE: RowKind<BpffsNode> = { ...SHALLOW, keysReturn: true };
const PROCESS: RowKind<Process> = {
  copy: (process) => ({ ...process, fds: process.fds.layer() }),
  settle(process, below) {
    process.fds = process.fds.flushInto(below?.fds);
    return process;
  },
};
const CGROUP: RowKind<Cgroup> = {
  copy: (cgroup) => ({
    ...cgroup,
    lists: cgroup.lists === NO_LISTS ? NO_LISTS : new Map(cgroup.lists),
  }),
};

/** Empty tables: what a boot starts with. */
export function emptyTables() {
  return {
    processes: new Table<number, Process>(PROCESS),
    files: new Table<number, OpenFile>(SHALLOW),
    programs: new Table<number, Program>(SHALLOW),
    links: new Table<number, Link>(SHALLOW),
    maps: new Table<number, BpfMap>(SHALLOW),
    btfs: new Table<number, Btf>(SHALLOW),
    cgroups: new Table<number, Cgroup>(CGROUP),
    cgroupIds: new Table<string, number>(NAMED_ID),
    bpffs: new Table<string, BpffsNode>(BPFFS_NODE),
    mounts: new Table<number, Mount>(MOUNT),
    mountedOn: new Table<string, number>(NAMED_ID),
    namespaces: new Table<number, Namespace>(SHALLOW),
    writtenArrays: new Table<string, WrittenArray>(SAME),
  };
}

/** A kernel that reads through to `base` and keeps its own changes: for plans and open batches. */
export function layerOn(base: Kernel): Kernel {
  return {
    boot: base.boot,
    sysctls: base.sysctls,
    switches: base.switches,
    counters: { ...base.counters },
    contents: base.contents,
    processes: base.processes.layer(),
    files: base.files.layer(),
    programs: base.programs.layer(),
    links: base.links.layer(),
    maps: base.maps.layer(),
    btfs: base.btfs.layer(),
    cgroups: base.cgroups.layer(),
    cgroupIds: base.cgroupIds.layer(),
    bpffs: base.bpffs.layer(),
    mounts: base.mounts.layer(),
    mountedOn: base.mountedOn.layer(),
    namespaces: base.namespaces.layer(),
    writtenArrays: base.writtenArrays.layer(),
  };
}

/** Takes over what a layer changed; the layer must not be used afterwards. */
export function flushLayer(base: Kernel, layer: Kernel): void {
  if (layer.boot !== base.boot) {
    // A boot replaced every table, so nothing of the base is left to read through to.
    Object.assign(base, layer);
    return;
  }
  base.sysctls = layer.sysctls;
  base.counters = layer.counters;
  base.contents = layer.contents;
  layer.processes.flush();
  layer.files.flush();
  layer.programs.flush();
  layer.links.flush();
  layer.maps.flush();
  layer.btfs.flush();
  layer.cgroups.flush();
  layer.cgroupIds.flush();
  layer.bpffs.flush();
  layer.mounts.flush();
  layer.mountedOn.flush();
  layer.namespaces.flush();
  layer.writtenArrays.flush();
}
