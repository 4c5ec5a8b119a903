/** What an observation tells beside its call and answer: of the caller, and of its fds. */
import type { Call } from '../call.ts';
import type { Kernel, OpenFile } from '../kernel.ts';
import type { Account } from './account.ts';
import { fdFieldsOf } from './fd-fields.ts';
import { fittingProgram } from './found.ts';
import type { FdFact, Observation, ObservedOutcome } from './observation.ts';
import { returnKind } from './returns.ts';
import { isSighting } from './sighting.ts';

/** The caller lives, and where it was seen. */
export function meet(account: Account, { pid, uid, cgroup, done }: Observation): void {
  const { processes, cgroupIds } = account.kernel;
  // Whether the path was read before or after a move is not known.
  const moves = !isSighting(done) && done.call.name === 'join';
  const isPlace = cgroup !== undefined && !moves && cgroupIds.has(cgroup);
  const isNew = !processes.has(pid);
  const process = {
    ...(isPlace && { cgroup }),
    ...(isNew && uid !== undefined && { uid }),
  };
  if (isNew || isPlace) account.infer({ name: 'found', process });
}

/** What is known of the returned fd is known of the object: one place says it from here on. */
export function withFact(
  call: Call,
  outcome: ObservedOutcome,
  fds: Observation['fds'],
): ObservedOutcome {
  if ('errno' in outcome || returnKind(call) !== 'fd') return outcome;
  const fact = fds?.[outcome.ret];
  if (fact?.id === undefined || fact.kind === 'bpffs' || fact.kind === 'other') return outcome;
  return { [`${fact.kind}_id`]: fact.id, ...outcome };
}

/** Facts of the fds that the call names. */
export function learn(account: Account, pid: number, call: Call, fds: Observation['fds']): void {
  if (fds === undefined) return;
  const named = new Set([...fdFieldsOf(call).map(([, fd]) => fd), ...heldFd(call)]);
  for (const [number, fact] of Object.entries(fds)) {
    const fd = Number(number);
    if (!named.has(fd) || isKnownSo(account.kernel, pid, fd, fact)) continue;
    if (fact.kind === 'prog' && fact.id !== undefined) {
      const prog = { id: fact.id, ...programOf(account.kernel, pid, call, fds) };
      account.infer({ name: 'found', prog });
    }
    account.infer({ name: 'found', fd: { fd, ...fileFacts(fact) } });
  }
}

/** What is written into a map of programs or of maps is an fd; in any other no fact tells of it. */
function heldFd(call: Call): readonly number[] {
  return call.name === 'map_update_elem' ? [call.value] : [];
}

/** A kind alone names no object, so it can only agree. */
function isKnownSo(kernel: Kernel, pid: number, fd: number, fact: FdFact): boolean {
  const isNamed = fact.id !== undefined || fact.path !== undefined;
  return !isNamed && fileOf(kernel, pid, fd)?.kind === fact.kind;
}

function fileOf(kernel: Kernel, pid: number, fd: number): OpenFile | undefined {
  const entry = kernel.processes.get(pid)?.fds.get(fd);
  return entry === undefined ? undefined : kernel.files.get(entry.file);
}

/** Without an id or a path it is not known which object it is, and none is invented. */
function fileFacts({ kind, id, path }: FdFact) {
  const isObject = kind !== 'bpffs' && kind !== 'other';
  if (!isObject || (id === undefined && path === undefined)) return { kind: 'other' } as const;
  return { kind, ...(id !== undefined && { id }), ...(path !== undefined && { path }) };
}

/** What an unknown program must be that a call attaches, or gives to a link. */
function programOf(kernel: Kernel, pid: number, call: Call, fds: Observation['fds']) {
  switch (call.name) {
    case 'link_create':
    case 'prog_attach':
    case 'prog_detach':
      return fittingProgram(call.attach_type);
    case 'link_update': {
      const fd = call.link_fd ?? 0;
      const link = kernel.links.get(fds?.[fd]?.id ?? fileOf(kernel, pid, fd)?.id ?? 0);
      return link === undefined ? {} : fittingProgram(link.attach_type);
    }
    default:
      return {};
  }
}
