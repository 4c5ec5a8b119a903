/**
 * What a call names, as subjects: the objects behind its fds, its ids, and its paths. A refused
 * call has no effects, so these are the objects that it is about.
 */
import type { Kernel } from '../../domain/kernel.ts';
import { parentPath } from '../../domain/path.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { type Subject, subject } from './subject.ts';

/** Fields of calls that hold an fd of the caller. */
const FD_FIELDS = [
  ...['fd', 'prog_fd', 'attach_bpf_fd', 'replace_bpf_fd', 'relative_fd', 'link_fd'],
  ...['new_prog_fd', 'old_prog_fd', 'bpf_fd', 'map_fd', 'target_fd'],
] as const;

const ID_FIELDS = { prog_id: 'prog', link_id: 'link', map_id: 'map' } as const;

/** Calls whose `path` is one of the cgroup tree. */
const CGROUP_CALLS: readonly string[] = [
  ...['mkdir', 'rmdir', 'join', 'open_cgroup'],
  ...['cgroup_chown', 'cgroup_chmod', 'cgroup_write'],
];

/** Whether a call names fds of its caller: what they are open on, only the state says. */
export function namesFd({ call }: LedgerEvent): boolean {
  const fields = call as unknown as Readonly<Record<string, unknown>>;
  return FD_FIELDS.some((field) => typeof fields[field] === 'number');
}

/**
 * The subjects that a call names.
 *
 * @param kernel the state right before the event
 */
export function mentionsOf(kernel: Kernel, { call, pid }: LedgerEvent): Set<Subject> {
  const found = new Set<Subject>();
  const fields = call as unknown as Readonly<Record<string, unknown>>;
  for (const field of FD_FIELDS) {
    const named = typeof fields[field] === 'number' && behindFd(kernel, pid, fields[field]);
    if (named) found.add(named);
  }
  for (const [field, kind] of Object.entries(ID_FIELDS)) {
    if (typeof fields[field] === 'number') found.add(subject.object(kind, fields[field]));
  }
  const { path, target_path } = fields;
  const inTree = target_path ?? (CGROUP_CALLS.includes(call.name) ? path : undefined);
  if (typeof inTree === 'string') {
    // A control file is a name in its cgroup.
    const above = call.name.startsWith('cgroup_') ? parentPath(inTree) : inTree;
    const id = kernel.cgroupIds.get(inTree) ?? kernel.cgroupIds.get(above);
    if (id !== undefined) found.add(subject.cgroup(id));
  } else if (typeof path === 'string') found.add(subject.path(path));
  return found;
}

/** The object or cgroup that an fd of a process points to. */
export function behindFd(kernel: Kernel, pid: number, fd: number): Subject | undefined {
  const open = kernel.processes.get(pid)?.fds.get(fd);
  const file = open && kernel.files.get(open.file);
  if (file === undefined) return undefined;
  switch (file.kind) {
    case 'prog':
    case 'link':
    case 'map':
      return subject.object(file.kind, file.id);
    case 'cgroup':
      return subject.cgroup(file.id);
    case 'btf':
    case 'other':
    case 'token':
      return undefined;
    default:
      return file.kind satisfies never;
  }
}
