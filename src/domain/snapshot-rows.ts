/**
 * The rows of a kernel's tables as lists of values without the names of their fields, and back. A
 * look into the past begins with reading a snapshot, and by names its text is five times as long.
 * A row that is read has its fields in the order in which `evolve` sets them, and is written out:
 * to the engine, rows of both kinds are one kind of object, which it makes without a lookup.
 */
import { type AttachType, attachTypeNumber, attachTypeOf } from './attach-type.ts';
import { type Fd, FdTable } from './fd-table.ts';
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

/** A row, and the values that stand for it in this order. */
interface RowCodec<V, Values extends readonly unknown[]> {
  readonly values: (row: V) => Values;
  readonly row: (values: Values) => V;
}

/** The fields of a row of which the values are stored as they are. */
type Fields<V, Names extends readonly (keyof V)[]> = {
  readonly [I in keyof Names]: V[Names[I]];
};

type ProcessHead = ['pid', 'comm', 'uid', 'caps', 'nofile', 'cgroup_id'];
type ProcessValues = readonly [
  ...Fields<Process, ProcessHead>,
  fds: readonly number[],
  mailbox: readonly number[],
];

const processes: RowCodec<Process, ProcessValues> = {
  values: ({ pid, comm, uid, caps, nofile, cgroup_id, fds, mailbox }) =>
    [pid, comm, uid, caps, nofile, cgroup_id, fdValues(fds), mailbox] as const,
  row([pid, comm, uid, caps, nofile, cgroup_id, open, mailbox]) {
    return { pid, comm, uid, caps, nofile, cgroup_id, fds: fdTable(open), mailbox };
  },
};

/** Three numbers for each fd, by their numbers: itself, its file, and whether exec closes it. */
function fdValues(fds: FdTable): number[] {
  const values: number[] = [];
  for (const number of [...fds.numbers()].sort((a, b) => a - b)) {
    const { file, cloexec } = fds.get(number) as Fd;
    values.push(number, file, cloexec ? 1 : 0);
  }
  return values;
}

function fdTable(values: readonly number[]): FdTable {
  const fds = new FdTable();
  for (let i = 0; i < values.length; i += 3) {
    fds.set(values[i] as number, { file: values[i + 1] as number, cloexec: values[i + 2] === 1 });
  }
  return fds;
}

type FileValues = readonly [
  ...Fields<OpenFile, ['kind', 'id', 'refs']>,
  access?: OpenFile['access'],
];

const files: RowCodec<OpenFile, FileValues> = {
  values: ({ kind, id, access, refs }) =>
    access === undefined ? [kind, id, refs] : [kind, id, refs, access],
  row: ([kind, id, refs, access]) => ({ kind, id, access, refs }),
};

type ProgramHead = ['id', 'prog_type', 'expected_attach_type', 'enforced', 'prog_name', 'tag'];
type ProgramTail = ['uid', 'map_ids', 'storage_map_ids', 'refs'];
type ProgramValues = readonly [...Fields<Program, ProgramHead>, ...Fields<Program, ProgramTail>];

const programs: RowCodec<Program, ProgramValues> = {
  values: (row) => [
    row.id,
    row.prog_type,
    row.expected_attach_type,
    row.enforced,
    row.prog_name,
    row.tag,
    row.uid,
    row.map_ids,
    row.storage_map_ids,
    row.refs,
  ],
  row: (values) => ({
    id: values[0],
    prog_type: values[1],
    expected_attach_type: values[2],
    enforced: values[3],
    prog_name: values[4],
    tag: values[5],
    uid: values[6],
    map_ids: values[7],
    storage_map_ids: values[8],
    refs: values[9],
  }),
};

type LinkHead = readonly [...Fields<Link, ['id', 'prog_id', 'cgroup_id']>, type: number];
type LinkValues = readonly [...LinkHead, ...Fields<Link, ['storage_map_ids', 'refs']>];

const links: RowCodec<Link, LinkValues> = {
  values: ({ id, prog_id, cgroup_id, attach_type, storage_map_ids, refs }) =>
    [id, prog_id, cgroup_id, attachTypeNumber(attach_type), storage_map_ids, refs] as const,
  row: ([id, prog_id, cgroup_id, type, storage_map_ids, refs]) => {
    const attach_type = attachTypeOf(type);
    return { id, prog_id, cgroup_id, attach_type, storage_map_ids, refs };
  },
};

type MapHead = ['map_type', 'key_size', 'value_size', 'max_entries', 'map_name'];
type MapValues = readonly [
  ...Fields<BpfMap, MapHead>,
  ...Fields<BpfMap, ['id', 'elements', 'refs']>,
];

const maps: RowCodec<BpfMap, MapValues> = {
  values: ({ map_type, key_size, value_size, max_entries, map_name, id, elements, refs }) =>
    [map_type, key_size, value_size, max_entries, map_name, id, elements, refs] as const,
  row: ([map_type, key_size, value_size, max_entries, map_name, id, elements, refs]) => {
    return { map_type, key_size, value_size, max_entries, map_name, id, elements, refs };
  },
};

/** Attach type, mode, revision, and two numbers for each entry: its id, and what it is. */
type ListValues = readonly [type: number, mode: Mode, revision: number, ...entries: number[]];
type CgroupHead = Fields<Cgroup, ['id', 'parent_id', 'path', 'children', 'processes']>;
type CgroupValues = readonly [...CgroupHead, ...lists: ListValues[]];

const CGROUP_HEAD = 5;

const cgroups: RowCodec<Cgroup, CgroupValues> = {
  values({ id, parent_id, path, children, processes, lists }) {
    const head = [id, parent_id, path, children, processes] as const;
    if (lists.size === 0) return head;
    const used = [...lists].map(([type, list]) => listValues(type, list));
    return [...head, ...used.sort(([a], [b]) => a - b)];
  },
  row(values) {
    const [id, parent_id, path, children, processes] = values;
    let lists = NO_LISTS;
    if (values.length > CGROUP_HEAD) {
      const used = new Map<AttachType, EntryList>();
      for (let i = CGROUP_HEAD; i < values.length; i++) {
        const list = values[i] as ListValues;
        used.set(attachTypeOf(list[0]), listOfValues(list));
      }
      lists = used;
    }
    return { id, parent_id, path, children, processes, lists };
  },
};

const LIST_HEAD = 3;
const LINK = 1;
const PREORDER = 2;

function listValues(type: AttachType, { mode, revision, entries }: EntryList): ListValues {
  const values: [number, Mode, number, ...number[]] = [attachTypeNumber(type), mode, revision];
  for (const entry of entries) {
    const preorder = entry.preorder ? PREORDER : 0;
    if ('link_id' in entry) values.push(entry.link_id, LINK | preorder);
    else values.push(entry.prog_id, preorder);
  }
  return values;
}

function listOfValues(values: ListValues): EntryList {
  const entries: Entry[] = [];
  for (let i = LIST_HEAD; i < values.length; i += 2) {
    entries.push(entryOf(values[i] as number, values[i + 1] as number));
  }
  return { mode: values[1], revision: values[2], entries };
}

function entryOf(id: number, what: number): Entry {
  if (what & PREORDER) {
    return what & LINK ? { link_id: id, preorder: true } : { prog_id: id, preorder: true };
  }
  return what & LINK ? { link_id: id } : { prog_id: id };
}

const bpffs: RowCodec<BpffsNode, Readonly<Fields<BpffsNode, ['kind', 'id', 'uid', 'mode']>>> = {
  values: ({ kind, id, uid, mode }) => [kind, id, uid, mode] as const,
  row: ([kind, id, uid, mode]) => ({ kind, id, uid, mode }),
};

type WrittenValues = readonly [cgroup_id: number, type: number, prog_ids: readonly number[]];

const writtenArrays: RowCodec<WrittenArray, WrittenValues> = {
  values: ({ cgroup_id, attach_type, prog_ids }) =>
    [cgroup_id, attachTypeNumber(attach_type), prog_ids] as const,
  row: ([cgroup_id, type, prog_ids]) => ({ cgroup_id, attach_type: attachTypeOf(type), prog_ids }),
};

/** The tables that a snapshot holds; `cgroupIds` follows from the cgroups. */
export const STORED = { processes, files, programs, links, maps, cgroups, bpffs, writtenArrays };
export type StoredTable = keyof typeof STORED;

// Each table has the codec of its own rows.
STORED satisfies { readonly [T in StoredTable]: { row(values: never): RowOf<Kernel[T]> } };
