/**
 * Old straces do not print which program PROG_DETACH names, nor which link LINK_DETACH does (up to
 * 6.1). The caller must hold an fd on it, and the kernel's answer must follow: that leaves few.
 */
import type { Call } from '../../domain/call.ts';
import { decide } from '../../domain/decide.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import type { CallDeed } from './deed.ts';

/** Candidates for one call at most. */
const CANDIDATES_MAX = 64;

/** An fd that the call may have named; undefined for none. */
export type HiddenFd = number | undefined;

/** The call with the fd in its hidden field. */
export function fillIn(deed: CallDeed, fd: HiddenFd): CallDeed {
  const { hidden, ...what } = deed.what;
  if (hidden === undefined || fd === undefined) return { ...deed, what };
  return { ...deed, what: { ...what, call: { ...what.call, [hidden]: fd } as Call } };
}

/**
 * The fds that explain the answer, the likeliest first, one for each thing that may have happened:
 * which of several programs a refusal was about changes nothing.
 */
export function candidates(kernel: Kernel, deed: CallDeed): readonly HiddenFd[] {
  const { hidden } = deed.what;
  const process = kernel.processes.get(deed.process.pid);
  if (hidden === undefined || process === undefined) return [undefined];
  const wanted = hidden === 'link_fd' ? 'link' : 'prog';
  const found: HiddenFd[] = [];
  const seen = new Set<string>();
  for (const { fd, kind } of openObjects(kernel, deed.process.pid)) {
    if (kind !== wanted) continue;
    const effects = explainBy(kernel, deed, fd);
    if (effects === undefined || seen.has(effects)) continue;
    seen.add(effects);
    found.push(fd);
    if (found.length === CANDIDATES_MAX) break;
  }
  const without = explainBy(kernel, deed, undefined);
  if (without !== undefined && !seen.has(without)) found.push(undefined);
  return found.length === 0 ? [undefined] : found;
}

function openObjects(kernel: Kernel, pid: number): { fd: number; kind: string | undefined }[] {
  const process = kernel.processes.get(pid);
  if (process === undefined) return [];
  return [...process.fds]
    .sort(([a], [b]) => a - b)
    .map(([fd, { file }]) => ({ fd, kind: kernel.files.get(file)?.kind }));
}

/** What follows by the rules when this fd was named; undefined when they answer otherwise. */
function explainBy(kernel: Kernel, deed: CallDeed, fd: HiddenFd): string | undefined {
  const { call } = fillIn(deed, fd).what;
  const { outcome, effects } = decide(kernel, deed.process.pid, call);
  const agrees = isRefusal(outcome)
    ? 'errno' in deed.outcome && deed.outcome.errno === outcome.errno
    : 'ret' in deed.outcome;
  if (!agrees) return undefined;
  return isRefusal(outcome) ? 'refused' : JSON.stringify(effects);
}
