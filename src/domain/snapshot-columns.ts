/**
 * The rows of a kernel's tables as columns of values, and back. A look into the past begins with
 * reading a snapshot: columns are a fifth of the text that rows with the names of their fields
 * are, and are read without making an object for each row.
 */

import { attachTypeNumber, attachTypeOf } from './attach-type.ts';
import { type Btf, NO_BTF } from './btf-row.ts';
import { at, codecOf, NONE } from './column-codec.ts';
import { USUAL_SETS } from './exec-sets.ts';
import { type Fd, FdTable } from './fd-table.ts';
import {
  type BpfMap,
  type Cgroup,
  type Kernel,
  type Link,
  type OpenFile,
  type Process,
  type Program,
  ROOTS_ACCESS,
  type WrittenArray,
} from './kernel.ts';
import { HOSTS_NAMESPACE, HOSTS_NAMESPACES } from './namespace-row.ts';
import { progTypeNumber, progTypeOf } from './prog-type.ts';
import { listsOfValues, listsValues } from './snapshot-lists.ts';
import { bpffs, mounts, namespaces } from './snapshot-names.ts';
import type { Table } from './table.ts';

/** Fields that snapshots of before 6.0.0 have not: a column in which each row has `NONE` is left out. */
export const LATER_FIELDS: ReadonlySet<string> = new Set([
  ...['namespaces', 'fs_with', 'namespace'],
  ...['top', 'token_user', 'delegation', 'controllers', 'xdp_has_frags'],
]);

const processes = codecOf<Process>()({
  values: {
    pid: (row) => row.pid,
    tgid: (row) => row.tgid,
    comm: (row) => row.comm,
    uid: (row) => row.uid,
    caps: (row) => row.caps,
    sets: (row) => (row.sets === USUAL_SETS ? NONE : row.sets),
    nofile: (row) => row.nofile,
    memlock: (row) => row.memlock,
    umask: (row) => row.umask,
    cgroup_id: (row) => row.cgroup_id,
    namespaces: (row) => (row.namespaces === HOSTS_NAMESPACES ? NONE : row.namespaces),
    fds: (row) => fdValues(row.fds),
    shared_with: (row) => row.shared_with,
    fs_with: (row) => (areSame(row.fs_with, row.threads) ? NONE : row.fs_with),
    threads: (row) => row.threads,
    mailbox: (row) => row.mailbox,
  },
  row: (columns, i) => ({
    pid: at(columns.pid, i),
    tgid: at(columns.tgid, i),
    comm: at(columns.comm, i),
    uid: at(columns.uid, i),
    caps: at(columns.caps, i),
    sets: at(columns.sets, i) || USUAL_SETS,
    nofile: at(columns.nofile, i),
    memlock: at(columns.memlock, i),
    umask: at(columns.umask, i),
    cgroup_id: at(columns.cgroup_id, i),
    namespaces: at(columns.namespaces, i) || HOSTS_NAMESPACES,
    fds: fdTable(at(columns.fds, i)),
    shared_with: at(columns.shared_with, i),
    fs_with: at(columns.fs_with, i) || at(columns.threads, i),
    threads: at(columns.threads, i),
    mailbox: at(columns.mailbox, i),
  }),
});

/** Threads have one umask and root directory unless one of them went apart. */
function areSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((pid, i) => pid === others[i]);
}

/** Three numbers for each fd, by their numbers: itself, its file, and whether exec closes it. */
function fdValues(fds: FdTable): readonly number[] {
  const values: number[] = [];
  for (const number of fds.numbers()) {
    const { file, cloexec } = fds.get(number) as Fd;
    values.push(number, file, cloexec ? 1 : 0);
  }
  return values;
}

function fdTable(values: readonly number[]): FdTable {
  const fds = new FdTable();
  for (let i = 0; i < values.length; i += 3) {
    fds.set(at(values, i), { file: at(values, i + 1), cloexec: at(values, i + 2) === 1 });
  }
  return fds;
}

/** By their numbers in a snapshot. */
const FILE_KINDS: readonly OpenFile['kind'][] = [
  ...(['prog', 'link', 'map', 'cgroup', 'other', 'btf', 'token'] as const),
];
const ACCESSES: readonly OpenFile['access'][] = [undefined, 'read', 'write'];

const files = codecOf<OpenFile>()({
  values: {
    kind: (row) => FILE_KINDS.indexOf(row.kind),
    id: (row) => row.id,
    access: (row) => ACCESSES.indexOf(row.access),
    refs: (row) => row.refs,
    top: (row) => (row.top ? 1 : NONE),
  },
  row: (columns, i) => ({
    kind: at(FILE_KINDS, at(columns.kind, i)),
    id: at(columns.id, i),
    access: at(ACCESSES, at(columns.access, i)),
    refs: at(columns.refs, i),
    top: at(columns.top, i) === 1,
  }),
});

const programs = codecOf<Program>()({
  values: {
    id: (row) => row.id,
    prog_type: (row) => progTypeNumber(row.prog_type),
    expected_attach_type: (row) => attachTypeNumber(row.expected_attach_type),
    enforced: (row) => (row.enforced ? 1 : 0),
    prog_name: (row) => row.prog_name,
    tag: (row) => row.tag,
    uid: (row) => row.uid,
    map_ids: (row) => row.map_ids,
    storage_map_ids: (row) => row.storage_map_ids,
    btf: (row) => (row.btf === NO_BTF ? NONE : row.btf),
    pages: (row) => row.pages,
    refs: (row) => row.refs,
    token_user: (row) => row.token_user,
    xdp_has_frags: (row) => (row.xdp_has_frags ? 1 : NONE),
  },
  row: (columns, i) => ({
    id: at(columns.id, i),
    prog_type: progTypeOf(at(columns.prog_type, i)),
    expected_attach_type: attachTypeOf(at(columns.expected_attach_type, i)),
    enforced: at(columns.enforced, i) === 1,
    prog_name: at(columns.prog_name, i),
    tag: at(columns.tag, i),
    uid: at(columns.uid, i),
    map_ids: at(columns.map_ids, i),
    storage_map_ids: at(columns.storage_map_ids, i),
    btf: at(columns.btf, i) || NO_BTF,
    pages: at(columns.pages, i),
    refs: at(columns.refs, i),
    token_user: at(columns.token_user, i) ?? HOSTS_NAMESPACE,
    xdp_has_frags: at(columns.xdp_has_frags, i) === 1,
  }),
});

const links = codecOf<Link>()({
  values: {
    id: (row) => row.id,
    prog_id: (row) => row.prog_id,
    cgroup_id: (row) => row.cgroup_id,
    elsewhere: (row) => (row.elsewhere ? 1 : 0),
    attach_type: (row) => attachTypeNumber(row.attach_type),
    storage_map_ids: (row) => row.storage_map_ids,
    refs: (row) => row.refs,
  },
  row: (columns, i) => ({
    id: at(columns.id, i),
    prog_id: at(columns.prog_id, i),
    cgroup_id: at(columns.cgroup_id, i),
    elsewhere: at(columns.elsewhere, i) === 1,
    attach_type: attachTypeOf(at(columns.attach_type, i)),
    storage_map_ids: at(columns.storage_map_ids, i),
    refs: at(columns.refs, i),
  }),
});

const maps = codecOf<BpfMap>()({
  values: {
    map_type: (row) => row.map_type,
    key_size: (row) => row.key_size,
    value_size: (row) => row.value_size,
    max_entries: (row) => row.max_entries,
    map_name: (row) => row.map_name,
    id: (row) => row.id,
    map_flags: (row) => row.map_flags,
    inner: (row) => row.inner ?? 0,
    btf_ids: (row) => row.btf_ids,
    owner: (row) => row.owner ?? 0,
    frozen: (row) => (row.frozen ? 1 : 0),
    uid: (row) => row.uid,
    pages: (row) => row.pages,
    elements: (row) => row.elements,
    recency: (row) => row.recency ?? 0,
    refs: (row) => row.refs,
  },
  row: (columns, i) => ({
    map_type: at(columns.map_type, i),
    key_size: at(columns.key_size, i),
    value_size: at(columns.value_size, i),
    max_entries: at(columns.max_entries, i),
    map_name: at(columns.map_name, i),
    id: at(columns.id, i),
    map_flags: at(columns.map_flags, i),
    inner: at(columns.inner, i) || undefined,
    btf_ids: at(columns.btf_ids, i),
    owner: at(columns.owner, i) || undefined,
    frozen: at(columns.frozen, i) === 1,
    uid: at(columns.uid, i),
    pages: at(columns.pages, i),
    elements: at(columns.elements, i),
    recency: at(columns.recency, i) || undefined,
    refs: at(columns.refs, i),
  }),
});

const btfs = codecOf<Btf>()({
  values: { id: (row) => row.id, size: (row) => row.size, refs: (row) => row.refs },
  row: (columns, i) => ({
    id: at(columns.id, i),
    size: at(columns.size, i),
    refs: at(columns.refs, i),
  }),
});

const cgroups = codecOf<Cgroup>()({
  values: {
    id: (row) => row.id,
    parent_id: (row) => row.parent_id,
    path: (row) => row.path,
    children: (row) => row.children,
    processes: (row) => row.processes,
    access: (row) => (row.access === ROOTS_ACCESS ? NONE : row.access),
    threaded: (row) => (row.threaded ? 1 : 0),
    threaded_children: (row) => row.threaded_children,
    controllers: (row) => row.controllers,
    lists: (row) => listsValues(row.lists),
  },
  row: (columns, i) => ({
    id: at(columns.id, i),
    parent_id: at(columns.parent_id, i),
    path: at(columns.path, i),
    children: at(columns.children, i),
    processes: at(columns.processes, i),
    access: at(columns.access, i) || ROOTS_ACCESS,
    threaded: at(columns.threaded, i) === 1,
    threaded_children: at(columns.threaded_children, i),
    controllers: at(columns.controllers, i) ?? NONE,
    lists: listsOfValues(at(columns.lists, i)),
  }),
});

const writtenArrays = codecOf<WrittenArray>()({
  values: {
    cgroup_id: (row) => row.cgroup_id,
    attach_type: (row) => attachTypeNumber(row.attach_type),
    prog_ids: (row) => row.prog_ids,
  },
  row: (columns, i) => ({
    cgroup_id: at(columns.cgroup_id, i),
    attach_type: attachTypeOf(at(columns.attach_type, i)),
    prog_ids: at(columns.prog_ids, i),
  }),
});

/** The tables that a snapshot holds; `cgroupIds` follows from the cgroups, `mountedOn` from the mounts. */
export const STORED = {
  processes,
  files,
  programs,
  links,
  maps,
  btfs,
  cgroups,
  bpffs,
  mounts,
  namespaces,
  writtenArrays,
};
export type StoredTable = keyof typeof STORED;

type RowOf<T> = T extends Table<infer _, infer V> ? V : never;
// Each table has the codec of its own rows.
STORED satisfies {
  readonly [T in StoredTable]: { row(columns: never, i: number): RowOf<Kernel[T]> };
};
