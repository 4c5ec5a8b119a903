/**
 * Asks for what a reader will probably look at next: the parts of a view while the host is still
 * looked up, and the events beside the one that is shown, so that a step needs no wait.
 */
import { useEffect, useRef } from 'preact/hooks';
import type { PagePlace } from '../state/place.ts';
import { askAhead } from '../state/use-answer.ts';
import { firstRowsPath, type Looked } from '../tree/outline.ts';
import { eventPath, type Moment, SETTLED_MS, wholeTimelinePath } from './moment.ts';

/** Events that are asked for ahead of a reader who steps. */
const EVENTS = 2;

/** What a view of a host begins with, as far as its address tells. */
export function askForFirst(
  host: string,
  { at, from, to, cgroup }: PagePlace,
  looked: Looked,
): void {
  if (from === undefined && to === undefined) {
    askAhead(wholeTimelinePath(host), { isFixed: false });
  }
  if (at === undefined) return;
  askAhead(eventPath(host, at));
  askAhead(firstRowsPath(host, { at, selected: cgroup }, looked));
}

/** Asks for the next events in the direction of the last step; for those on both sides at first. */
export function useAhead(moment: Moment, looked: Looked): void {
  const { host, at, head, cgroups, event, timeline, place } = moment;
  const before = useRef<number | undefined>(undefined);
  const isDrawn = !cgroups.isOld && !event.isOld && timeline.answer !== undefined;
  useEffect(() => {
    if (!isDrawn) return;
    const step = before.current === undefined ? 0 : at - before.current;
    before.current = at;
    // A jump tells nothing of where the reader goes next.
    if (Math.abs(step) > EVENTS) return;
    const askFor = (ways: readonly number[]) => {
      for (const way of ways) {
        for (let far = 1; far <= EVENTS; far++) {
          const next = at + way * far;
          if (next < 1 || next > head) continue;
          askAhead(eventPath(host, next), { isIdle: true });
          const selected = place.cgroup;
          askAhead(firstRowsPath(host, { at: next, selected }, looked), { isIdle: true });
        }
      }
    };
    if (step !== 0) {
      askFor([Math.sign(step)]);
      return;
    }
    const timer = setTimeout(askFor, SETTLED_MS, [1, -1]);
    return () => clearTimeout(timer);
  }, [host, at, isDrawn]);
}
