/** The positions of the shown part of the log that concern what is selected. */
import { useEffect, useState } from 'preact/hooks';
import { AskRefused } from '../service/ask.ts';
import { type Selected, type Touches, touchesOf } from '../state/steps.ts';
import type { Moment } from './moment.ts';
import { SETTLED_MS } from './moment.ts';

/** What is selected: a program, else a cgroup. */
export function selectionOf({ place }: Pick<Moment, 'place'>): Selected | undefined {
  if (place.program !== undefined) return { program: place.program };
  return place.cgroup === undefined ? undefined : { cgroup: place.cgroup };
}

/** They are looked for in the boot of the moment: ids mean nothing in another one. */
export function useTouches(moment: Moment): Touches | undefined {
  const { host, at, span, place } = moment;
  const { boots } = moment.detail;
  const begins = boots.findLast(({ position_from }) => position_from <= at)?.position_from ?? 1;
  const ends = boots.find(({ position_from }) => position_from > at)?.position_from;
  const { from: oldest } = moment.log;
  // A history of a log that was cut begins after the cut.
  const from = Math.max(span.from, begins, oldest === 1 ? 1 : oldest + 1);
  const to = Math.min(span.to, ends === undefined ? moment.head : ends - 1);
  const [found, setFound] = useState<{ readonly of: string; readonly touches: Touches }>();
  const { program, cgroup } = place;
  // Those of another selection stay until others come, and are not this one's.
  const of = JSON.stringify([host, program, cgroup, begins]);

  useEffect(() => {
    const selected = selectionOf({ place: { program, cgroup } as Moment['place'] });
    if (selected === undefined || from > to) {
      setFound(undefined);
      return;
    }
    const over = new AbortController();
    const timer = setTimeout(() => {
      touchesOf(host, selected, { from, to }, over.signal).then(
        (touches) => setFound({ of, touches }),
        (error: unknown) => {
          if (over.signal.aborted) return;
          const isNone = error instanceof AskRefused && error.status === 404;
          setFound(isNone ? { of, touches: { positions: [], isComplete: true } } : undefined);
        },
      );
    }, SETTLED_MS);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [host, program, cgroup, from, to, of]);
  return found?.of === of ? found.touches : undefined;
}
