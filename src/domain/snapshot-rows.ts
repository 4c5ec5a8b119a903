/**
 * The rows of a kernel's tables as lists of values without the names of their fields, and back. A
 * look into the past begins with reading a snapshot, and by names its text is five times as long.
 * A row that is read has its fields in the order in which `evolve` sets them: to the engine, rows
 * of both kinds are one kind of object.
 */
import { type AttachType, attachTypeNumber, attachTypeOf } from './attach-type.ts';
import { FdTable } from './fd-table.ts';
import type { Mode } from './flags.ts';
import {
  type BpffsNode,
  type BpfMap,
  type Cgroup,
  type Entry,
  type EntryList,
  type Kernel,
  type Link,
  NO_LISTS,
  type OpenFile,
  type Process,
  type Program,
  type WrittenArray,
} from './kernel.ts';
import type { Table } from './table.ts';

type RowOf<T> = T extends Table<infer _, infer V> ? V : never;

interface RowCodec<V> {
  /** The values of a row, without its key where the row does not hold it. */
  readonly values: (row: V) => readonly unknown[];
  readonly row: (values: readonly unknown[]) => V;
}

const processes: RowCodec<Process> = {
  values: ({ pid, comm, uid, caps, nofile, cgroup_id, fds, mailbox }) => {
    const open = [...fds].sort(([a], [b]) => a - b);
    const flat = open.flatMap(([fd, { file, cloexec }]) => [fd, file, Number(cloexec)]);
    return [pid, comm, uid, caps, nofile, cgroup_id, flat, mailbox];
  },
  row(values) {
    const [pid, comm, uid, caps, nofile, cgroup_id, flat, mailbox] = values as [
      ...[Process['pid'], Process['comm'], Process['uid'], Process['caps'], Process['nofile']],
      ...[Process['cgroup_id'], readonly number[], Process['mailbox']],
    ];
    const fds = new FdTable();
    for (let i = 0; i < flat.length; i += 3) {
      fds.set(flat[i] as number, { file: flat[i + 1] as number, cloexec: flat[i + 2] === 1 });
    }
    return { pid, comm, uid, caps, nofile, cgroup_id, fds, mailbox };
  },
};

const files: RowCodec<OpenFile> = {
  values: ({ kind, id, access, refs }) => [kind, id, refs, ...(access ? [access] : [])],
  row(values) {
    const [kind, id, refs, access] = values as [
      ...[OpenFile['kind'], OpenFile['id'], OpenFile['refs'], OpenFile['access']],
    ];
    return { kind, id, access, refs };
  },
};

const programs: RowCodec<Program> = {
  values: (row) => [
    ...[row.id, row.prog_type, row.expected_attach_type, row.enforced, row.prog_name, row.tag],
    ...[row.uid, row.map_ids, row.storage_map_ids, row.refs],
  ],
  row(values) {
    const [id, prog_type, expected_attach_type, enforced, prog_name, tag, ...rest] = values as [
      ...[Program['id'], Program['prog_type'], Program['expected_attach_type']],
      ...[Program['enforced'], Program['prog_name'], Program['tag'], Program['uid']],
      ...[Program['map_ids'], Program['storage_map_ids'], Program['refs']],
    ];
    const [uid, map_ids, storage_map_ids, refs] = rest;
    const loaded = { id, prog_type, expected_attach_type, enforced, prog_name, tag };
    return { ...loaded, uid, map_ids, storage_map_ids, refs };
  },
};

const links: RowCodec<Link> = {
  values: ({ id, prog_id, cgroup_id, attach_type, storage_map_ids, refs }) => [
    ...[id, prog_id, cgroup_id, attachTypeNumber(attach_type), storage_map_ids, refs],
  ],
  row(values) {
    const [id, prog_id, cgroup_id, type, storage_map_ids, refs] = values as [
      ...[number, number, number, number, Link['storage_map_ids'], number],
    ];
    return { id, prog_id, cgroup_id, attach_type: attachTypeOf(type), storage_map_ids, refs };
  },
};

const maps: RowCodec<BpfMap> = {
  values: (row) => [
    ...[row.map_type, row.key_size, row.value_size, row.max_entries, row.map_name],
    ...[row.id, row.elements, row.refs],
  ],
  row(values) {
    const [map_type, key_size, value_size, max_entries, map_name, id, elements, refs] = values as [
      ...[BpfMap['map_type'], number, number, number, string, number, BpfMap['elements'], number],
    ];
    return { map_type, key_size, value_size, max_entries, map_name, id, elements, refs };
  },
};

const cgroups: RowCodec<Cgroup> = {
  values: ({ id, parent_id, path, children, processes, lists }) => {
    const used = [...lists].map(([type, list]) => listValues(type, list));
    used.sort(([a], [b]) => (a as number) - (b as number));
    return [id, parent_id, path, children, processes, ...used];
  },
  row(values) {
    const [id, parent_id, path, children, processes, ...used] = values as [
      ...[number, number, string, number, number, ...(readonly unknown[])[]],
    ];
    const lists = used.length === 0 ? NO_LISTS : new Map(used.map(listRow));
    return { id, parent_id, path, children, processes, lists };
  },
};

const LINK = 1;
const PREORDER = 2;

/** A list: type, mode, revision, and two numbers for each entry: its id, and what it is. */
function listValues(type: AttachType, { mode, revision, entries }: EntryList): readonly unknown[] {
  const flat = entries.flatMap((entry) => {
    const preorder = entry.preorder ? PREORDER : 0;
    return 'link_id' in entry ? [entry.link_id, LINK | preorder] : [entry.prog_id, preorder];
  });
  return [attachTypeNumber(type), mode, revision, ...flat];
}

function listRow(values: readonly unknown[]): readonly [AttachType, EntryList] {
  const [type, mode, revision, ...flat] = values as [number, Mode, number, ...number[]];
  const entries: Entry[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    const id = flat[i] as number;
    const what = flat[i + 1] as number;
    const holder = what & LINK ? { link_id: id } : { prog_id: id };
    entries.push(what & PREORDER ? { ...holder, preorder: true } : holder);
  }
  return [attachTypeOf(type), { mode, revision, entries }];
}

const bpffs: RowCodec<BpffsNode> = {
  values: ({ kind, id, uid, mode }) => [kind, id, uid, mode],
  row(values) {
    const [kind, id, uid, mode] = values as [BpffsNode['kind'], number, number, number];
    return { kind, id, uid, mode };
  },
};

const writtenArrays: RowCodec<WrittenArray> = {
  values: ({ cgroup_id, attach_type, prog_ids }) => [
    ...[cgroup_id, attachTypeNumber(attach_type), prog_ids],
  ],
  row(values) {
    const [cgroup_id, type, prog_ids] = values as [number, number, readonly number[]];
    return { cgroup_id, attach_type: attachTypeOf(type), prog_ids };
  },
};

/** The tables that a snapshot holds; `cgroupIds` follows from the cgroups. */
export const STORED = { processes, files, programs, links, maps, cgroups, bpffs, writtenArrays };
export type StoredTable = keyof typeof STORED;

// Each table has the codec of its own rows.
STORED satisfies { readonly [T in StoredTable]: RowCodec<RowOf<Kernel[T]>> };
