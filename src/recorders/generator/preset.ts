/**
 * Presets: what a random scenario is about, as weights of its operations and odds of its choices.
 * The first ten bear the names that recorded scenarios have.
 */
import type { Mode } from '../../domain/flags.ts';
import type { Weights } from './operations.ts';

export interface Preset {
  readonly weights: Weights;
  /** How many attach types the scenario is about. */
  readonly types: number;
  /** Odds that one choice is made wrong: a bad fd, an unknown flag, a stale id. */
  readonly wrong: number;
  /** Modes that legacy attaches ask for, each as often as it stands here. */
  readonly modes: readonly Mode[];
  /** Odds of the flag preorder, and of an anchor or an expected revision. */
  readonly preorder: number;
  readonly anchors: number;
  /** Odds that a forked process shares the fd table, and that it is a thread. */
  readonly shares: number;
  /** Any process makes, moves and gives away names, in the newer ways too; else root does. */
  readonly anybody: boolean;
  /** What the names on the bpffs are is compared too. */
  readonly names: boolean;
  /** Directories of the bpffs are opened. */
  readonly mounts: boolean;
  /** Odds that a fork or an unshare makes new namespaces. */
  readonly namespaces: number;
  /** Odds that a new process runs without all capabilities. */
  readonly unprivileged: number;
  /** Odds that a program uses maps. */
  readonly maps: number;
  /** Odds that a program is told instruction by instruction. */
  readonly code: number;
  /** Odds that a new map is of any type, and odd. */
  readonly mapTypes: number;
  /** Odds that a new map or program is described by BTF, or told odd numbers beside it. */
  readonly btf: number;
  /** Odds that a new map holds programs or maps. */
  readonly holding: number;
  /** Odds that a new map is a trie. */
  readonly tries: number;
  /** Odds that a new cgroup goes below the newest one. */
  readonly deep: number;
  /** Outcomes show fd numbers, and fd fields may be numbers. */
  readonly fdNumbers: boolean;
  /** Values of unprivileged_bpf_disabled to choose from. */
  readonly sysctls: readonly number[];
  /** Living cgroups and processes, and open labelled fds of one process, at most. */
  readonly cgroupsMax: number;
  readonly processesMax: number;
  readonly fdsMax: number;
}

/** The operations that every preset has a little of. */
const BASE: Weights = {
  spawn: 2,
  fork: 2,
  exec: 1,
  exit: 2,
  join: 1,
  mkdir: 7,
  rmdir: 3,
  open_cg: 2,
  open_other: 1,
  close: 6,
  dup: 2,
  dup2: 1,
  prog_load: 8,
  prog_attach: 8,
  prog_detach: 4,
  link_create: 8,
  link_update: 4,
  link_detach: 2,
  query: 6,
  pin: 2,
  obj_get: 2,
  unlink: 2,
  obj_info: 2,
  prog_by_id: 1,
  link_by_id: 1,
};

const ORDINARY: Omit<Preset, 'weights'> = {
  types: 4,
  wrong: 0.06,
  modes: ['multi', 'multi', 'multi', 'override', 'none'],
  preorder: 0.03,
  anchors: 0.05,
  shares: 0,
  anybody: false,
  names: false,
  mounts: false,
  namespaces: 0,
  unprivileged: 0,
  maps: 0.02,
  code: 0.02,
  mapTypes: 0.02,
  btf: 0,
  holding: 0,
  tries: 0,
  deep: 0.3,
  fdNumbers: false,
  sysctls: [2],
  cgroupsMax: 12,
  processesMax: 5,
  fdsMax: 24,
};

function preset(weights: Weights, differs: Partial<Omit<Preset, 'weights'>> = {}): Preset {
  return { ...ORDINARY, ...differs, weights: { ...BASE, ...weights } };
}

const MAP_WORK: Weights = {
  map_create: 8,
  map_by_id: 1,
  map_next_id: 1,
  prog_bind_map: 2,
  map_lookup: 4,
  map_update: 6,
  map_delete: 2,
  map_take: 1,
  map_keys: 5,
  map_batch: 4,
};
const WALKS: Weights = { prog_next_id: 2, link_next_id: 2, map_next_id: 1 };
const BPFFS_WORK: Weights = {
  pin: 12,
  obj_get: 9,
  unlink: 6,
  rename: 8,
  bpffs_mkdir: 6,
  bpffs_rmdir: 3,
};
const PRIVILEGE_WORK: Weights = { drop: 3, chmod: 4, exec: 2, fork: 4, spawn: 4, map_create: 2 };
const FD_WORK: Weights = { close: 12, dup: 8, dup2: 10, open_cg: 5, open_other: 4, exec: 3 };

/** What would empty a list again is rare. */
const FILLING: Weights = {
  ...{ spawn: 0, fork: 0, exec: 0, exit: 0, dup2: 0, mkdir: 1, rmdir: 0.2, close: 1 },
  ...{ prog_detach: 1, link_detach: 1 },
};
const FD_NUMBERS = { fdNumbers: true, wrong: 0.08 } as const;

export const PRESETS = {
  links: preset({ link_create: 24, link_update: 12, link_detach: 6, ...WALKS }),
  'legacy-modes': preset(
    { prog_attach: 34, prog_detach: 14, link_create: 5, query: 12 },
    { modes: ['multi', 'override', 'none'], deep: 0.5 },
  ),
  mixed: preset({ ...WALKS, rename: 1, bpffs_mkdir: 1, drop: 0.2, map_create: 1, send_fd: 1 }),
  pins: preset({ ...BPFFS_WORK, bpffs_rmdir: 2, rename: 4 }, { names: true }),
  mprog: preset(
    { prog_attach: 28, link_create: 20, prog_detach: 7, link_update: 6, query: 10 },
    { preorder: 0.3, anchors: 0.45, types: 2, modes: ['multi', 'multi', 'multi', 'multi', 'none'] },
  ),
  limits: preset(
    { ...FILLING, prog_load: 30, prog_attach: 32, link_create: 34 },
    { types: 1, modes: ['multi'], cgroupsMax: 2, fdsMax: 220, wrong: 0.02 },
  ),
  caps: preset(
    { ...PRIVILEGE_WORK, ...WALKS, map_keys: 1 },
    { unprivileged: 0.6, sysctls: [0, 2], fdNumbers: true },
  ),
  fds: preset({ ...FD_WORK, ...WALKS, rlimit_nofile: 4, send_fd: 3, recv_fd: 3 }, FD_NUMBERS),
  send: preset({ send_fd: 16, recv_fd: 12, exit: 4, exec: 3, spawn: 6 }, FD_NUMBERS),
  storage: preset({ ...MAP_WORK, prog_bind_map: 3 }, { maps: 0.7, types: 3 }),

  /** Many users, every sysctl, file modes and the calls that look at them. */
  privileges: preset(
    { ...PRIVILEGE_WORK, ...WALKS, ...MAP_WORK, pin: 6, obj_get: 8, chmod: 8, drop: 2 },
    { unprivileged: 0.65, sysctls: [0, 1, 2], maps: 0.3, processesMax: 8, fdNumbers: true },
  ),
  /** Number by number: dup2 anywhere, low limits, exec and fork. */
  'fd-tables': preset(
    { ...FD_WORK, dup2: 24, rlimit_nofile: 8, fork: 6, exec: 5, send_fd: 5, recv_fd: 5 },
    { ...FD_NUMBERS, wrong: 0.12, processesMax: 8 },
  ),
  /** Tables that processes share, threads, and every call that tells exec what to keep. */
  'shared-fds': preset(
    {
      ...{ ...FD_WORK, dup2: 4, dup3: 8, fcntl: 24, close_range: 6, pidfd_getfd: 8 },
      ...{ unshare: 4, kill: 3, exit: 3, fork: 14, spawn: 5, exec: 7, join: 3, rlimit_nofile: 3 },
      ...{ send_fd: 5, recv_fd: 6, map_create: 1 },
    },
    { ...FD_NUMBERS, shares: 0.6, unprivileged: 0.1, processesMax: 8 },
  ),
  /** Directories, modes and renames over one another, by several users. */
  bpffs: preset(
    { ...BPFFS_WORK, rename: 16, chmod: 6, drop: 0.3, map_create: 3, bpffs_mkdir: 10, symlink: 4 },
    { unprivileged: 0.3, names: true },
  ),
  /** Names of the bpffs as many users make, link, exchange and give them away. */
  'bpffs-names': preset(
    {
      ...{
        ...BPFFS_WORK,
        rename: 22,
        chmod: 8,
        chown: 8,
        link: 10,
        umask: 3,
        drop: 0.5,
        symlink: 10,
      },
      ...{ map_create: 4, bpffs_mkdir: 12, map_by_id: 6, fork: 6, map_lookup: 2, map_update: 2 },
    },
    { anybody: true, names: true, unprivileged: 0.6, processesMax: 8, fdNumbers: true },
  ),
  /** Instances of the bpffs that come and go, and what keeps them. */
  mounts: preset(
    {
      ...{ ...BPFFS_WORK, mount: 16, umount: 16, open_other: 12, bpffs_mkdir: 12, rename: 6 },
      ...{
        close: 12,
        link: 3,
        symlink: 8,
        chmod: 2,
        chown: 2,
        fork: 4,
        exit: 3,
        send_fd: 2,
        recv_fd: 2,
      },
      ...{ map_create: 3, dup: 3, dup2: 2, prog_attach: 2, link_create: 4, query: 1, mkdir: 2 },
    },
    { anybody: true, names: true, mounts: true, unprivileged: 0.2, fdNumbers: true },
  ),
  /** Mount namespaces that processes make, enter and leave, and what is mounted in each. */
  namespaces: preset(
    {
      ...{ ...BPFFS_WORK, mount: 12, umount: 12, open_other: 8, bpffs_mkdir: 10, rename: 8 },
      ...{ bpffs_rmdir: 8, unlink: 8, close: 8, link: 2, symlink: 4, chmod: 1, chown: 1 },
      ...{ fork: 12, unshare: 8, setns: 12, exit: 8, kill: 2, spawn: 2, exec: 1, umask: 2 },
      ...{ map_create: 3, dup: 1, send_fd: 1, recv_fd: 1, mkdir: 1, link_create: 3, join: 1 },
    },
    {
      ...{ anybody: true, names: true, mounts: true, namespaces: 0.6, shares: 0.15 },
      ...{ unprivileged: 0.1, processesMax: 7 },
    },
  ),
  /** Objects of other subsystems beside those of cgroups: what they do to ids, fds and lifetimes. */
  foreign: preset(
    {
      ...{
        obj_info: 6,
        foreign_link: 20,
        iter_create: 2,
        prog_test_run: 5,
        btf_load: 3,
        btf_by_id: 2,
        btf_next_id: 1,
        enable_stats: 2,
        task_fd_query: 5,
        bpf: 1,
      },
      ...{ map_freeze: 4, map_create: 5, map_update: 6, map_delete: 3, link_update: 10 },
      ...{ link_detach: 6, pin: 5, obj_get: 4, unlink: 4, link_by_id: 3, ...WALKS },
    },
    { unprivileged: 0.15, fdNumbers: true },
  ),
  /** Maps of every type and form, and programs that mention them. */
  'map-types': preset(
    {
      ...MAP_WORK,
      map_create: 60,
      prog_load: 12,
      close: 24,
      obj_info: 8,
      pin: 3,
      rlimit_nofile: 0.5,
    },
    { mapTypes: 0.85, maps: 0.5, unprivileged: 0.3, fdNumbers: true, code: 0.2 },
  ),
  /** Programs in prog_arrays, maps in maps, and what goes with their last fd and pin. */
  holding: preset(
    {
      ...{
        ...MAP_WORK,
        map_create: 24,
        map_update: 34,
        map_lookup: 8,
        map_delete: 6,
        map_keys: 2,
        map_take: 2,
      },
      ...{
        prog_load: 18,
        close: 22,
        pin: 5,
        unlink: 5,
        obj_get: 3,
        exit: 3,
        exec: 2,
        map_freeze: 0.5,
      },
      ...{ map_by_id: 4, prog_by_id: 4, prog_attach: 3, link_create: 3, link_update: 1, query: 1 },
    },
    { holding: 0.6, maps: 0.5, types: 2, fdNumbers: true, wrong: 0.05, fdsMax: 40 },
  ),
  /** Types of keys, values and functions, good fds of them and others. */
  btf: preset(
    {
      ...{ btf_load: 12, map_create: 40, prog_load: 30, close: 16, dup: 3, send_fd: 2, recv_fd: 2 },
      ...{ obj_info: 10, map_by_id: 2, prog_by_id: 1, pin: 2, map_update: 2, map_lookup: 2 },
      ...{ btf_by_id: 10, btf_next_id: 8, rlimit_nofile: 0.5 },
    },
    { btf: 0.7, mapTypes: 0.1, maps: 0.2, code: 0.15, unprivileged: 0.15, fdNumbers: true },
  ),
  /** Instructions, good and bad, and the maps that they name. */
  code: preset(
    { prog_load: 40, map_create: 12, close: 10, obj_info: 6, map_by_id: 2, rlimit_nofile: 0.5 },
    { code: 0.9, maps: 0.3, types: 5, fdNumbers: true, unprivileged: 0.1 },
  ),
  /** Directories of the hierarchy that are given to others, and control files. */
  cgroupfs: preset(
    {
      ...{ mkdir: 24, rmdir: 9, cgroup_chown: 14, cgroup_chmod: 7, cgroup_write: 16, join: 22 },
      ...{ open_cg: 8, fork: 8, spawn: 6, umask: 2, drop: 1, exec: 1, exit: 1, kill: 1 },
      ...{ prog_load: 3, prog_attach: 5, link_create: 4, query: 2 },
    },
    { anybody: true, unprivileged: 0.6, shares: 0.3, processesMax: 8, cgroupsMax: 20, deep: 0.5 },
  ),
  /** Long chains of cgroups with entries on many levels. */
  'deep-trees': preset(
    { mkdir: 20, rmdir: 5, prog_attach: 20, link_create: 20, query: 12 },
    { cgroupsMax: 48, deep: 0.8, types: 2, preorder: 0.1 },
  ),
  /** Prefixes, and the longest of them. */
  tries: preset(
    {
      ...{ map_create: 5, map_update: 40, map_lookup: 30, map_delete: 16, map_keys: 14 },
      ...{ map_batch: 14, map_take: 1, map_freeze: 0.3, close: 1, dup: 1 },
    },
    { tries: 0.9, maps: 0.5, wrong: 0.04, fdsMax: 12 },
  ),
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];
