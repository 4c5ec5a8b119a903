/** Golden steps as calls of the model: golden data has shorter words than the kernel. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Call, CallOf } from '../../domain/call.ts';
import type { LabelBook } from './labels.ts';
import { mapCall } from './map-steps.ts';
import { progLoad } from './prog-load-step.ts';
import { pickFields, type Step } from './scenario.ts';

/** The uid that processes with a list of capabilities run as, unless they say another. */
const NOBODY = 65_534;
/** TASK_COMM_LEN without the closing NUL. */
const COMM_CHARS_MAX = 15;

/**
 * The call that a step makes. Steps that stand for several calls (`map_keys`, `send_fd` with
 * `as`) are put together when they are played.
 *
 * @throws Error when the step's `op` is unknown
 */
export function callOf(step: Step, labels: LabelBook): Call {
  return (
    processCall(step, labels) ?? fileCall(step) ?? fdCall(step, labels) ?? command(step, labels)
  );
}

function command(step: Step, labels: LabelBook): Call {
  const call =
    attachCall(step, labels) ??
    objectCall(step, labels) ??
    mapCall(step, labels) ??
    unknownOp(step);
  return step.attr_size === undefined
    ? call
    : ({ ...call, attr_size: Number(step.attr_size) } as Call);
}

function unknownOp(step: Step): never {
  throw new Error(`unknown op ${step.op}`);
}

function processCall(step: Step, labels: LabelBook): Call | undefined {
  const { caps } = step;
  const privileges = caps === undefined ? {} : { uid: Number(step.uid ?? NOBODY), caps };
  switch (step.op) {
    case 'spawn':
      return { name: 'spawn', comm: commOf(step.proc), ...privileges } as Call;
    case 'fork':
      return {
        name: 'fork',
        ...privileges,
        ...pickFields(step, 'clone_files', 'clone_thread', 'clone_newns', 'clone_newcgroup'),
      } as Call;
    case 'unshare':
      // Recordings of before there were namespaces name no flag.
      return {
        name: 'unshare',
        ...(isOfFiles(step)
          ? { clone_files: true }
          : pickFields(step, 'clone_newns', 'clone_newcgroup')),
      } as Call;
    case 'setns':
      return {
        name: 'setns',
        target_pid: labels.pid(step.to),
        ...pickFields(step, 'clone_newns', 'clone_newcgroup'),
      } as Call;
    case 'kill':
      return { name: 'kill', to_pid: labels.pid(step.to) };
    case 'drop':
      return { name: 'capset', ...privileges } as Call;
    case 'exec':
      return { name: 'exec' };
    case 'umask':
      return { name: 'umask', mask: Number(step.mask) };
    case 'exit':
      return { name: 'exit', ...pickFields(step, 'thread') } as Call;
    case 'rlimit_nofile':
      return { name: 'setrlimit', nofile: Number(step.n) };
    case 'rlimit_memlock':
      return { name: 'setrlimit', memlock: Number(step.n) };
    case 'join':
      return {
        ...{ name: 'join', path: String(step.cg) },
        ...(step.target === undefined ? {} : { target_pid: labels.pid(step.target) }),
      } as Call;
    case 'send_fd':
      return { name: 'send_fd', fd: fd(step, labels, 'fd'), to_pid: labels.pid(step.to) };
    case 'recv_fd':
      return { name: 'recv_fd', ...pickFields(step, 'cloexec') } as Call;
    default:
      return undefined;
  }
}

/** A process is named after its label, which the kernel would cut off at the end of a comm. */
function commOf(label: unknown): string {
  return String(label).slice(0, COMM_CHARS_MAX);
}

function fileCall(step: Step): Call | undefined {
  const path = String(step.path);
  switch (step.op) {
    case 'mkdir':
    case 'rmdir':
      return { name: step.op, path: String(step.cg) };
    case 'cgroup_chown':
      return { name: step.op, path, uid: Number(step.uid) };
    case 'cgroup_chmod':
      return { name: step.op, path, mode: Number.parseInt(String(step.mode), 8) };
    case 'cgroup_write':
      return { name: step.op, path, value: String(step.value) };
    case 'bpffs_mkdir':
      return { name: 'bpffs_mkdir', path, ...pickFields(step, 'mode') } as Call;
    case 'bpffs_rmdir':
    case 'unlink':
      return { name: step.op, path };
    case 'rename':
      return { name: 'rename', path, to: String(step.to), ...pickFields(step, 'flags') } as Call;
    case 'link':
      return { name: 'link', path, to: String(step.to) };
    case 'symlink':
      return { name: 'symlink', path, target: String(step.target) };
    case 'chown':
      return { name: 'chown', path, uid: Number(step.uid) };
    case 'chmod':
      return { name: 'chmod', path, mode: Number.parseInt(String(step.mode), 8) };
    case 'mount':
      return { name: 'mount', path, ...pickFields(step, 'from', 'mode') } as Call;
    case 'umount':
      return { name: 'umount', path, ...pickFields(step, 'flags') } as Call;
    case 'open_cg':
      return { name: 'open_cgroup', path: String(step.cg), ...pickFields(step, 'cloexec') } as Call;
    case 'open_other':
      return { name: 'open_other', ...pickFields(step, 'kind', 'path', 'cloexec') } as Call;
    default:
      return undefined;
  }
}

function fdCall(step: Step, labels: LabelBook): Call | undefined {
  switch (step.op) {
    case 'close':
    case 'dup':
      return { name: step.op, fd: fd(step, labels, 'fd') };
    case 'dup2':
    case 'dup3': {
      const to_fd = Number(step.to_fd ?? labels.fd(step.proc, step.to) ?? 0);
      const { op: name } = step;
      return { name, fd: fd(step, labels, 'fd'), to_fd, ...pickFields(step, 'flags') } as Call;
    }
    case 'fcntl':
      return {
        name: 'fcntl',
        fd: fd(step, labels, 'fd'),
        ...pickFields(step, 'cmd', 'arg'),
      } as Call;
    case 'close_range':
      return { name: 'close_range', ...pickFields(step, 'first', 'last', 'flags') } as Call;
    case 'pidfd_getfd': {
      const { from, fd: field } = step;
      const target_fd = labels.fd(from, field) ?? 0;
      return {
        ...{ name: 'pidfd_getfd', target_pid: labels.pid(from), target_fd },
        ...pickFields(step, 'flags'),
      } as Call;
    }
    default:
      return undefined;
  }
}

function attachCall(step: Step, labels: LabelBook): Call | undefined {
  const common = {
    ...(step.cg === undefined
      ? { target_fd: fd(step, labels, 'cg_fd') }
      : { target_path: step.cg as string }),
    attach_type: step.attach_type as AttachType,
  };
  switch (step.op) {
    case 'prog_attach':
    case 'prog_detach':
      return {
        name: step.op,
        ...common,
        ...anchor(step, labels),
        attach_bpf_fd: fd(step, labels, 'prog'),
        replace_bpf_fd: fd(step, labels, 'replace'),
      };
    case 'link_create':
      return {
        name: 'link_create',
        ...common,
        ...anchor(step, labels),
        prog_fd: fd(step, labels, 'prog'),
      };
    case 'query':
      return {
        name: 'prog_query',
        ...common,
        query_flags: step.effective === true ? ['effective'] : [Number(step.query_flags ?? 0)],
        ...(step.cnt === undefined ? {} : { prog_cnt: Number(step.cnt) }),
        ...(step.null_ids === true ? { null_prog_ids: true } : {}),
        ...(step.prog_flags === true ? { prog_attach_flags: true } : {}),
      };
    default:
      return undefined;
  }
}

type Anchor = Pick<
  CallOf<'prog_attach'>,
  'flags' | 'relative_fd' | 'relative_id' | 'expected_revision'
>;

function anchor(step: Step, labels: LabelBook): Anchor {
  const flags = (step.flags ?? []) as NonNullable<Anchor['flags']>;
  const kind = flags.includes('link') ? 'link' : 'prog';
  return {
    flags,
    ...(step.relative_id === undefined
      ? { relative_fd: fd(step, labels, 'relative_fd') }
      : { relative_id: labels.id(kind, step.relative_id) }),
    ...(step.expected_revision === undefined
      ? {}
      : { expected_revision: Number(step.expected_revision) }),
  };
}

function objectCall(step: Step, labels: LabelBook): Call | undefined {
  const fileFlags = {
    ...(step.file_flags === undefined ? {} : { file_flags: Number(step.file_flags) }),
    ...(step.path_fd === undefined ? {} : { path_fd: fd(step, labels, 'path_fd') }),
  };
  switch (step.op) {
    case 'link_update': {
      const flags = (step.flags ?? []) as NonNullable<CallOf<'link_update'>['flags']>;
      const fds = {
        link_fd: fd(step, labels, 'link'),
        new_prog_fd: fd(step, labels, 'new'),
        old_prog_fd: fd(step, labels, 'old'),
      };
      return { name: 'link_update', ...fds, flags };
    }
    case 'link_detach':
      return { name: 'link_detach', link_fd: fd(step, labels, 'link') };
    case 'pin': {
      const path = String(step.path);
      return { name: 'obj_pin', bpf_fd: fd(step, labels, 'fd'), path, ...fileFlags };
    }
    case 'obj_get':
      return { name: 'obj_get', path: String(step.path), ...fileFlags };
    case 'foreign_link':
      return {
        ...{ name: 'foreign_link_create', prog_fd: fd(step, labels, 'prog') },
        ...pickFields(step, 'attach_type'),
      } as Call;
    case 'iter_create':
      return {
        ...{ name: 'iter_create', link_fd: fd(step, labels, 'link') },
        ...pickFields(step, 'flags'),
      } as Call;
    case 'prog_test_run':
      return {
        ...{ name: 'prog_test_run', prog_fd: fd(step, labels, 'prog') },
        ...pickFields(step, 'data_size_in'),
      } as Call;
    case 'task_fd_query': {
      const target_fd = labels.fd(step.from, step.fd) ?? 0;
      return {
        ...{ name: 'task_fd_query', target_pid: labels.pid(step.from), target_fd },
        ...pickFields(step, 'flags'),
      } as Call;
    }
    case 'bpf':
      return { name: 'bpf', cmd: Number(step.cmd) };
    case 'btf_load':
      return { name: 'btf_load', ...pickFields(step, 'btf_size') };
    case 'enable_stats':
      return { name: 'enable_stats', ...pickFields(step, 'type') } as Call;
    case 'obj_info':
    case 'link_info':
    case 'prog_info':
      return { name: 'obj_get_info_by_fd', bpf_fd: fd(step, labels, 'fd') };
    case 'prog_by_id':
      return {
        ...{ name: 'prog_get_fd_by_id', prog_id: labels.id('prog', step.id) },
        ...pickFields(step, 'open_flags'),
      } as Call;
    case 'link_by_id':
      return {
        ...{ name: 'link_get_fd_by_id', link_id: labels.id('link', step.id) },
        ...pickFields(step, 'open_flags'),
      } as Call;
    case 'map_by_id':
      return {
        ...{ name: 'map_get_fd_by_id', map_id: labels.id('map', step.id) },
        ...pickFields(step, 'open_flags'),
      } as Call;
    case 'btf_by_id':
      return {
        ...{ name: 'btf_get_fd_by_id', btf_id: labels.id('btf', step.id) },
        ...pickFields(step, 'open_flags'),
      } as Call;
    case 'btf_next_id':
      return { name: 'btf_get_next_id', start_id: labels.id('btf', step.start) };
    case 'prog_next_id':
      return { name: 'prog_get_next_id', start_id: labels.id('prog', step.start) };
    case 'link_next_id':
      return { name: 'link_get_next_id', start_id: labels.id('link', step.start) };
    case 'map_next_id':
      return { name: 'map_get_next_id', start_id: labels.id('map', step.start) };
    case 'prog_load':
      return progLoad(step, labels);
    default:
      return undefined;
  }
}

/** The number of an fd that a step names by its label; 0 when it names none. */
function fd(step: Step, labels: LabelBook, field: string): number {
  return labels.fd(step.proc, step[field]) ?? 0;
}

/** Whether an unshare is about the table of fds alone. */
export function isOfFiles({ clone_newns, clone_newcgroup }: Step): boolean {
  return clone_newns === undefined && clone_newcgroup === undefined;
}
