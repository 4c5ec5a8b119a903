/**
 * Calls that the ledger tells by other ones: `dup3` by `dup2`, `close_range` by a `close` each, and
 * what changes close-on-exec by a sighting of the fd as it is then (docs/observations.md).
 */
import type { Call } from '../../domain/call.ts';
import type { Kernel } from '../../domain/kernel.ts';
import type { Sighting } from '../../domain/observed/sighting.ts';
import type { CallDeed, Deed, OtherCall } from './deed.ts';
import { openOn } from './open-on.ts';
import { CLOSE_RANGE_BITS, OPEN_BITS } from './uapi.ts';

/** A deed that is a call or a sighting of the ledger. */
export type PlainDeed = CallDeed | (Deed & { readonly what: { readonly sighting: Sighting } });

/** What a deed is in the ledger's words, on the state before it. */
export function plainerDeeds(kernel: Kernel, deed: Deed): PlainDeed[] {
  const { what } = deed;
  if ('sighting' in what) return [{ ...deed, what }];
  if ('call' in what) return withKept(kernel, { ...deed, what });
  if (!('other' in what)) return [];
  return plainer(kernel, deed, what.other);
}

/** An execve keeps fds that were opened without close-on-exec: the ledger is told which. */
function withKept(kernel: Kernel, deed: CallDeed): PlainDeed[] {
  const { process, what } = deed;
  const { call } = what;
  if (call.name === 'close') process.keptFds.delete(call.fd);
  if (call.name !== 'exec') return [deed];
  const kept = [...process.keptFds].flatMap((fd) => seenAs(kernel, deed, fd, false));
  return [...kept, deed];
}

function plainer(kernel: Kernel, deed: Deed, other: OtherCall): PlainDeed[] {
  const { process, outcome } = deed;
  const done = 'ret' in outcome ? outcome.ret : undefined;
  const asCall = (call: Call): CallDeed => ({ ...deed, what: { call } });
  switch (other.name) {
    case 'open_cgroup': {
      if (done !== undefined) process.keptFds.add(done);
      return [asCall({ name: 'open_cgroup', path: other.path })];
    }
    case 'dup3': {
      const copied = asCall({ name: 'dup2', fd: other.fd, to_fd: other.to_fd });
      const closes = (other.flags & (OPEN_BITS.O_CLOEXEC ?? 0)) !== 0;
      return closes ? [copied, ...copyOf(kernel, deed, other.fd, done)] : [copied];
    }
    case 'fcntl':
      if (other.cmd === 'f_setfd') {
        if (other.arg % 2 === 1) process.keptFds.delete(other.fd);
        return done === undefined ? [] : seenAs(kernel, deed, other.fd, other.arg % 2 === 1);
      }
      return other.cmd === 'f_dupfd'
        ? [asCall({ name: 'dup', fd: other.fd })]
        : [asCall({ name: 'dup', fd: other.fd }), ...copyOf(kernel, deed, other.fd, done)];
    case 'close_range': {
      if (done === undefined) return [];
      const keeps = (other.flags & (CLOSE_RANGE_BITS.CLOSE_RANGE_CLOEXEC ?? 0)) !== 0;
      return heldFds(kernel, process.pid, other).flatMap((fd) =>
        keeps ? seenAs(kernel, deed, fd, true) : withKept(kernel, asCall({ name: 'close', fd })),
      );
    }
    case 'pidfd_getfd': {
      const open = openOn(kernel, other.target_pid, other.target_fd);
      if (open === undefined || done === undefined) return [];
      return [sighted(deed, { name: 'found', fd: { fd: done, ...open, cloexec: true } })];
    }
    case 'join': {
      const moved = { ...process, pid: other.target_pid };
      return [{ ...asCall({ name: 'join', path: other.path }), process: moved, tid: moved.pid }];
    }
    default:
      return other satisfies never;
  }
}

/** The new fd of a copy that execve closes. */
function copyOf(kernel: Kernel, deed: Deed, of: number, fd: number | undefined): PlainDeed[] {
  const open = openOn(kernel, deed.process.pid, of);
  if (open === undefined || fd === undefined) return [];
  return [sighted(deed, { name: 'found', fd: { fd, ...open, cloexec: true } })];
}

function seenAs(kernel: Kernel, deed: Deed, fd: number, cloexec: boolean): PlainDeed[] {
  const open = openOn(kernel, deed.process.pid, fd);
  if (open === undefined) return [];
  return [sighted(deed, { name: 'found', fd: { fd, ...open, cloexec } })];
}

function sighted(deed: Deed, sighting: Sighting): PlainDeed {
  return { ...deed, what: { sighting } };
}

function heldFds(
  kernel: Kernel,
  pid: number,
  { first, last }: { readonly first: number; readonly last: number },
): number[] {
  const held: number[] = [];
  for (const [fd] of kernel.processes.get(pid)?.fds ?? []) {
    if (fd >= first && fd <= last && openOn(kernel, pid, fd) !== undefined) held.push(fd);
  }
  return held.sort((a, b) => a - b);
}
