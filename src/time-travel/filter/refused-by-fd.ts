/**
 * Refused calls that name their objects by fds, as loaders make them. A refusal has no effects, and
 * may say nothing of what it is about: then only the caller's fds, as they were, tell.
 */
import { type Kernel, layerOn } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { isRemoved } from '../../events/log-refusal.ts';
import { fold } from '../../events/reading/host-state.ts';
import { mentionsOf, namesFd } from '../subjects/mentions.ts';
import type { Subject } from '../subjects/subject.ts';

/** Calls `read` with the state after a position, as `Log.withStateAt` does for one host. */
export type StateReader = <T>(position: number, read: (kernel: Kernel) => T) => Promise<T>;

/** Whether only the state says what an event is about. */
export function isRefusedByFd(event: LedgerEvent): boolean {
  return isRefusal(event.outcome) && namesFd(event);
}

/**
 * What events name, by the state before each.
 *
 * @param page the events in their order, without gaps
 * @param asked those of them whose subjects are wanted, in the same order; at least one
 */
export async function subjectsOfRefused(
  page: readonly LedgerEvent[],
  asked: readonly LedgerEvent[],
  stateAt: StateReader,
): Promise<ReadonlyMap<LedgerEvent, ReadonlySet<Subject>>> {
  const wanted = new Set(asked);
  const first = page.findIndex((event) => wanted.has(event));
  const last = page.findLastIndex((event) => wanted.has(event));
  const events = page.slice(first, last + 1);
  const subjects = new Map<LedgerEvent, ReadonlySet<Subject>>();
  const read = (of: readonly LedgerEvent[], kernel: Kernel) => {
    for (const event of of) {
      if (wanted.has(event)) subjects.set(event, mentionsOf(kernel, event));
      fold(kernel, [event]);
    }
  };
  const [begin, ...rest] = events as [LedgerEvent, ...LedgerEvent[]];
  try {
    await stateAt(begin.position - 1, (state) => read(events, layerOn(state)));
  } catch (error) {
    if (!isRemoved(error)) throw error;
    // The state before the event at a cut was removed: a refused call mostly leaves it as it was.
    await stateAt(begin.position, (state) => {
      const kernel = layerOn(state);
      subjects.set(begin, mentionsOf(kernel, begin));
      read(rest, kernel);
    });
  }
  return subjects;
}
