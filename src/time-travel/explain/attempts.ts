/**
 * Refused attempts: the last time that somebody tried to attach a program to a cgroup, or to one
 * above it, and the kernel refused. The tables do not have them, so a bounded part of the end of the
 * log is read.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { isWithin } from '../../domain/path.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { fold } from '../../events/reading/host-state.ts';
import { behindFd } from '../subjects/mentions.ts';
import { subject } from '../subjects/subject.ts';

/** Events before the moment in which refused attempts are looked for. */
export const ATTEMPT_EVENTS_MAX = 20_000;

interface AttemptQuestion {
  readonly program: number;
  readonly attach_type: AttachType;
  /** The cgroup that it should have become effective on. */
  readonly path: string;
}

/**
 * The last refused attempt among events.
 *
 * @param kernel the state before the first of them; it is folded through them
 */
export async function lastRefusedAttach(
  kernel: Kernel,
  pages: AsyncIterable<readonly LedgerEvent[]>,
  wanted: AttemptQuestion,
): Promise<LedgerEvent | undefined> {
  let last: LedgerEvent | undefined;
  for await (const events of pages) {
    for (const event of events) {
      if (isRefusal(event.outcome) && isAttempt(kernel, event, wanted)) last = event;
      fold(kernel, [event]);
    }
  }
  return last;
}

function isAttempt(
  kernel: Kernel,
  { call, pid }: LedgerEvent,
  { program, attach_type, path }: AttemptQuestion,
): boolean {
  if (call.name !== 'prog_attach' && call.name !== 'link_create') return false;
  if (call.attach_type !== attach_type) return false;
  const fd = call.name === 'prog_attach' ? call.attach_bpf_fd : call.prog_fd;
  if (behindFd(kernel, pid, fd ?? 0) !== subject.object('prog', program)) return false;
  const target = call.target_path ?? pathBehind(kernel, pid, call.target_fd ?? 0);
  return target !== undefined && isWithin(path, target);
}

function pathBehind(kernel: Kernel, pid: number, fd: number): string | undefined {
  const open = kernel.processes.get(pid)?.fds.get(fd);
  const file = open && kernel.files.get(open.file);
  return file?.kind === 'cgroup' ? kernel.cgroups.get(file.id)?.path : undefined;
}
