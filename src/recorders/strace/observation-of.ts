/**
 * What a deed is to the ledger: an observation, in which objects have the ids that a state of the
 * host knows them by, and fields that strace does not print are as the rules say.
 */
import type { Call } from '../../domain/call.ts';
import { decide } from '../../domain/decide.ts';
import type { ObjectKind } from '../../domain/effect.ts';
import { ERRNO_NUMBERS, type Errno } from '../../domain/errno.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { keyAt } from '../../domain/mounts.ts';
import type { FdFact, Observation, ObservedOutcome } from '../../domain/observed/observation.ts';
import { isRefusal, type QueryOutputs, type Success } from '../../domain/outcome.ts';
import type { CallDeed } from './deed.ts';
import { BTF_PATH, factOf } from './fd-facts.ts';
import type { Mounts } from './paths.ts';

/** How a state names objects. */
export interface Naming {
  /** Id of the object that a deed makes, or that it shows for the first time. */
  readonly makeId: (kind: ObjectKind) => number;
  /** Id that the state has an object under which the kernel calls `id`. */
  readonly knownId: (kind: ObjectKind, id: number) => number;
}

/** Whether the ledger's table of errnos has what a call was refused with. */
export function isKnownErrno(errno: string): errno is Errno {
  return errno in ERRNO_NUMBERS;
}

/** The fd of an object, by the calls that name one. */
const OBJECT_FDS = [
  'prog_fd',
  'attach_bpf_fd',
  'new_prog_fd',
  'link_fd',
  'map_fd',
  'bpf_fd',
  'inner_map_fd',
] as const;
/** Fds that a call is refused for when they are open on something else. */
const OTHER_FDS = [
  'btf_fd',
  'prog_btf_fd',
  'attach_prog_fd',
  'map_token_fd',
  'prog_token_fd',
] as const;
const TARGET_FDS = ['target_fd'] as const;
const FD_FIELDS = [...TARGET_FDS, ...OBJECT_FDS, ...OTHER_FDS];

/** The observation that a deed is; `kernel` is the state before it. */
export function observationOf(
  kernel: Kernel,
  deed: CallDeed,
  { naming, mounts }: { readonly naming: Naming; readonly mounts: Mounts },
): Observation {
  const { process, comm, what } = deed;
  const call = asAsked(kernel, deed, renameIds(what.call, naming));
  const outcome = outcomeOf(kernel, deed, call, naming, mounts);
  const fds = factsOf(kernel, deed, call, naming, mounts);
  return {
    pid: process.pid,
    ...(comm !== undefined && { comm }),
    done: { call, outcome },
    ...(fds !== undefined && { fds }),
  };
}

/** End of the pointer to a buffer for flags in PROG_QUERY's attr. */
const FLAGS_BUFFER_END = 40;

/**
 * Straces that do not know the newer fields of PROG_QUERY print nothing of them (6.1: not even
 * `...`). Whether there was a buffer for flags is then told by the answer alone, where it is.
 */
function asAsked(kernel: Kernel, { process: { pid }, outcome }: CallDeed, call: Call): Call {
  if (call.name !== 'prog_query' || (call.attr_size ?? 0) < FLAGS_BUFFER_END) return call;
  const agrees = (asked: Call): boolean => {
    const answer = decide(kernel, pid, asked).outcome;
    const errno = 'errno' in outcome ? outcome.errno : undefined;
    return isRefusal(answer) ? answer.errno === errno : errno === undefined;
  };
  const withBuffer: Call = { ...call, prog_attach_flags: true };
  return !agrees(call) && agrees(withBuffer) ? withBuffer : call;
}

/** The call with ids as the state knows them. */
function renameIds(call: Call, { knownId }: Naming): Call {
  switch (call.name) {
    case 'prog_get_fd_by_id':
      return { ...call, prog_id: knownId('prog', call.prog_id) };
    case 'link_get_fd_by_id':
      return { ...call, link_id: knownId('link', call.link_id) };
    case 'map_get_fd_by_id':
      return { ...call, map_id: knownId('map', call.map_id) };
    case 'prog_attach':
    case 'link_create': {
      if (call.relative_id === undefined) return call;
      const kind = call.flags?.includes('link') ? 'link' : 'prog';
      return { ...call, relative_id: knownId(kind, call.relative_id) };
    }
    default:
      return call;
  }
}

function outcomeOf(
  kernel: Kernel,
  { outcome, paths, process, what }: CallDeed,
  call: Call,
  naming: Naming,
  mounts: Mounts,
): ObservedOutcome {
  if ('errno' in outcome) return { errno: outcome.errno as Errno };
  const { ret } = outcome;
  switch (call.name) {
    case 'prog_load':
      return { ret, prog_id: naming.makeId('prog') };
    case 'link_create':
      return { ret, link_id: naming.makeId('link') };
    case 'map_create':
      return { ret, map_id: naming.makeId('map') };
    case 'prog_get_fd_by_id':
      return { ret, prog_id: call.prog_id };
    case 'link_get_fd_by_id':
      return { ret, link_id: call.link_id };
    case 'map_get_fd_by_id':
      return { ret, map_id: call.map_id };
    case 'obj_get': {
      const path = paths.get(ret);
      const { kind } = path === undefined ? { kind: undefined } : factOf(path, mounts);
      if (kernel.bpffs.has(keyAt(kernel, call.path)) || !isObject(kind)) return { ret };
      return { ret, [`${kind}_id`]: naming.makeId(kind) };
    }
    case 'prog_query':
      return { ret, query: queryOf(kernel, process.pid, call, what.query, naming) };
    default:
      return { ret };
  }
}

function isObject(kind: FdFact['kind'] | undefined): kind is ObjectKind {
  return kind === 'prog' || kind === 'link' || kind === 'map';
}

/** What strace prints of an answer; the rest, which it does not, is what the rules answer. */
function queryOf(
  kernel: Kernel,
  pid: number,
  call: Call,
  told: QueryOutputs | undefined,
  { knownId }: Naming,
): QueryOutputs {
  const expected = decide(kernel, pid, call).outcome;
  const ids = told?.prog_ids.map((id) => knownId('prog', id)) ?? [];
  const rest = isRefusal(expected) ? undefined : (expected as Success).query;
  const { prog_cnt = 0, revision } = told ?? {};
  return {
    ...(rest ?? { attach_flags: 0 }),
    prog_cnt,
    prog_ids: ids,
    ...(revision !== undefined && { revision }),
  };
}

/** Facts about fds that the recording shows, and that the state does not have or contradicts. */
function factsOf(
  kernel: Kernel,
  { process, paths, outcome }: CallDeed,
  call: Call,
  naming: Naming,
  mounts: Mounts,
): Record<number, FdFact> | undefined {
  if (paths.size === 0) return undefined;
  let facts: Record<number, FdFact> | undefined;
  const numbers = call as unknown as Readonly<Record<string, unknown>>;
  for (const field of FD_FIELDS) {
    const fd = numbers[field];
    const path = typeof fd === 'number' ? paths.get(fd) : undefined;
    if (typeof fd !== 'number' || path === undefined || path === BTF_PATH) continue;
    const fact = factOf(path, mounts);
    const open = kernel.processes.get(process.pid)?.fds.get(fd);
    const kind = open === undefined ? undefined : kernel.files.get(open.file)?.kind;
    const isOther = fact.kind === 'other' || fact.kind === 'bpffs';
    // A refusal may come of what an fd is not.
    const isPlain = isOther && kind === undefined && !('errno' in outcome);
    if (kind === fact.kind || isPlain) continue;
    facts ??= {};
    facts[fd] = isObject(fact.kind) ? { ...fact, id: naming.makeId(fact.kind) } : fact;
  }
  return facts;
}
