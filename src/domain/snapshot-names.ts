/** The rows of names, mounts and namespaces as columns of a snapshot. */
import { at, codecOf, NONE } from './column-codec.ts';
import type { BpffsNode } from './kernel.ts';
import type { Mount } from './mount-row.ts';
import { HOSTS_NAMESPACE, type Namespace } from './namespace-row.ts';

export const bpffs = codecOf<BpffsNode>()({
  values: {
    kind: (row) => row.kind,
    id: (row) => row.id,
    target: (row) => row.target,
    uid: (row) => row.uid,
    mode: (row) => row.mode,
    inode: (row) => row.inode,
  },
  row: (columns, i) => ({
    kind: at(columns.kind, i),
    id: at(columns.id, i),
    target: at(columns.target, i),
    uid: at(columns.uid, i),
    mode: at(columns.mode, i),
    inode: at(columns.inode, i),
  }),
});

export const mounts = codecOf<Mount>()({
  values: {
    id: (row) => row.id,
    parent: (row) => row.parent,
    at: (row) => row.at,
    root: (row) => row.root,
    attached: (row) => (row.attached ? 1 : 0),
    refs: (row) => row.refs,
    namespace: (row) => row.namespace,
    delegation: (row) => row.delegation ?? NONE,
  },
  row: (columns, i) => ({
    id: at(columns.id, i),
    parent: at(columns.parent, i),
    at: at(columns.at, i),
    root: at(columns.root, i),
    attached: at(columns.attached, i) === 1,
    refs: at(columns.refs, i),
    namespace: at(columns.namespace, i) ?? HOSTS_NAMESPACE,
    delegation: at(columns.delegation, i) || undefined,
  }),
});

export const namespaces = codecOf<Namespace>()({
  values: {
    id: (row) => row.id,
    kind: (row) => row.kind,
    cgroup_id: (row) => row.cgroup_id,
    processes: (row) => row.processes,
    user: (row) => row.user,
    uid: (row) => row.uid,
    kept: (row) => row.kept,
  },
  row: (columns, i) => ({
    id: at(columns.id, i),
    kind: at(columns.kind, i),
    cgroup_id: at(columns.cgroup_id, i),
    processes: at(columns.processes, i),
    user: at(columns.user, i),
    uid: at(columns.uid, i),
    kept: at(columns.kept, i),
  }),
});
