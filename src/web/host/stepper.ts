/** Moves through a log: by one event, or to the next thing worth a look. */
import { useState } from 'preact/hooks';
import { nearest, type StepTarget, seek, type Touches } from '../state/steps.ts';
import { go } from '../state/use-place.ts';
import { type Extent, showing, zoom } from '../timeline/scale.ts';
import type { Moment } from './moment.ts';
import { selectionOf } from './touches.ts';

export interface Stepper {
  /** Shows a moment. */
  readonly to: (position: number) => void;
  /** Shows another part of the log. */
  readonly show: (span: Extent) => void;
  readonly by: (events: number) => void;
  readonly seek: (what: StepTarget, direction: 1 | -1) => void;
  /** To the next event that concerns what is selected. */
  readonly touch: (direction: 1 | -1) => void;
  readonly zoom: (factor: number) => void;
  readonly whole: () => void;
  readonly live: (on: boolean) => void;
  /** What was sought and not found, in a sentence. */
  readonly missed: string | undefined;
}

const NAMES: Readonly<Record<StepTarget, string>> = {
  refusals: 'refusal',
  rmdirs: 'removed cgroup',
  drift: 'drift',
  boots: 'boot',
};

/** The steps that can be made from a moment. */
export function useStepper(moment: Moment, touches: Touches | undefined): Stepper {
  const [missed, miss] = useState<string | undefined>();
  const { host, head, at, span, log } = moment;

  const show = (next: Extent) => {
    const isWhole = next.from === log.from && next.to === head;
    go({ from: isWhole ? undefined : next.from, to: isWhole ? undefined : next.to });
  };
  const to = (position: number) => {
    miss(undefined);
    const bounded = Math.min(head, Math.max(log.from, position));
    go({ at: bounded, live: false });
    const next = showing(span, log, bounded);
    if (next !== span) show(next);
  };
  const where = (direction: 1 | -1) => (direction === 1 ? 'after' : 'before');
  return {
    to,
    show,
    missed,
    by: (events) => to(at + events),
    seek(what, direction) {
      const stretch = direction === 1 ? { from: at + 1, to: head } : { from: log.from, to: at - 1 };
      void seek({ host, what, ...stretch, direction }).then(
        (found) =>
          found === undefined
            ? miss(`no ${NAMES[what]} ${where(direction)} position ${at}`)
            : to(found),
        () => miss('the service did not answer'),
      );
    },
    touch(direction) {
      const found = nearest(touches?.positions ?? [], at, direction);
      if (found !== undefined) to(found);
      else if (selectionOf(moment) === undefined) miss('select a cgroup or a program first');
      else if (touches === undefined)
        miss('what concerns the selection is not known yet: press again');
      else miss(`nothing shown ${where(direction)} position ${at} concerns the selection`);
    },
    zoom: (factor) => show(zoom(span, log, at, factor)),
    whole: () => go({ from: undefined, to: undefined }),
    live: (on) => go(on ? { live: true, at: undefined } : { live: false, at }),
  };
}
