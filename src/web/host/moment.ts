/** What the panels of a host show: the selected moment, and what is asked about it. */
import { useEffect, useState } from 'preact/hooks';
import { mayChangeArrays } from '../event/changes.ts';
import type {
  Diff,
  EffectiveArray,
  HostDetail,
  LedgerEvent,
  Outline,
  PageOf,
  Program,
  Sought,
  Timeline,
} from '../service/answers.ts';
import { hostPath, withQuery } from '../service/ask.ts';
import type { PagePlace } from '../state/place.ts';
import { type AnswerState, useAnswer } from '../state/use-answer.ts';
import type { Extent } from '../timeline/scale.ts';
import { type Looked, useOutline } from '../tree/outline.ts';

/** Programs whose names are shown. */
const ROWS_MAX = 1000;
const BUCKETS = 400;
/** Milliseconds without a step after which costly questions are asked. */
export const SETTLED_MS = 120;

/** All that is known of the moment. */
export interface Moment {
  readonly host: string;
  readonly place: PagePlace;
  readonly detail: HostDetail;
  readonly head: number;
  /** From the oldest position that is kept to the head. */
  readonly log: Extent;
  readonly at: number;
  readonly span: Extent;
  readonly timeline: AnswerState<Timeline>;
  readonly event: AnswerState<LedgerEvent>;
  /** What the event changed; not asked where its effects tell that it changed no array. */
  readonly diff: AnswerState<Diff>;
  /** The rows of the tree around those in view, with where the selected cgroup is. */
  readonly cgroups: AnswerState<Outline>;
  readonly programs: AnswerState<PageOf<Program>>;
  /** The selected cgroup, with what is attached and effective, as of the outline. */
  readonly cgroup: Sought | undefined;
  /** A cgroup is selected that is not there at the moment. */
  readonly isGone: boolean;
  /** The selected array, with who put each program there. */
  readonly array: AnswerState<EffectiveArray>;
  readonly nameOf: (program: number) => string;
}

/** The address of the counts of a span. */
function timelinePath(host: string, span: Extent): string {
  return withQuery(hostPath(host, '/timeline'), { ...span, buckets: BUCKETS });
}

/** The address of the counts of the whole log, as far as it has come. */
export function wholeTimelinePath(host: string): string {
  return withQuery(hostPath(host, '/timeline'), { buckets: BUCKETS });
}

export function eventPath(host: string, at: number): string {
  return hostPath(host, `/events/${at}`);
}

/** What is asked about a place. */
export function useMoment(place: PagePlace, detail: HostDetail, looked: Looked): Moment {
  const host = detail.name;
  const head = detail.position;
  const at = Math.min(place.at ?? head, head);
  const log = { from: detail.oldest, to: head };
  const span = spanOf(place, log);
  const fixed = { isFixed: true };
  const below = (rest: string, query: Parameters<typeof withQuery>[1]) =>
    withQuery(hostPath(host, rest), query);

  const isWhole = span.from === log.from && span.to === head;
  const [again, askAgain] = useState(0);
  const timeline = useAnswer<Timeline>(
    isWhole ? wholeTimelinePath(host) : timelinePath(host, span),
    isWhole ? { version: `${head} ${again}` } : fixed,
  );
  // It may have been asked for before the host was, and lack what came in between.
  const isBehind = isWhole && !timeline.isOld && (timeline.answer?.to ?? head) < head;
  useEffect(() => {
    if (isBehind) askAgain((n) => n + 1);
  }, [timeline.answer]);
  const event = useAnswer<LedgerEvent>(eventPath(host, at), { ...fixed, isPaced: true });
  // Before the oldest position there is no state to compare with.
  const hasBefore = at > log.from || log.from === 1;
  const isChange = hasBefore && event.answer?.position === at && mayChangeArrays(event.answer);
  const diff = useAnswer<Diff>(isChange ? below('/diff', { from: at - 1, to: at }) : undefined, {
    ...fixed,
    waitMs: SETTLED_MS,
    // A service compares few states at a time.
    isPaced: true,
  });
  const cgroups = useOutline(host, { at, selected: place.cgroup }, looked);
  const programs = useAnswer<PageOf<Program>>(below('/programs', { at, limit: ROWS_MAX }), {
    ...fixed,
    // A program keeps its name, so those of a moment ago will do until the reader rests.
    waitMs: SETTLED_MS,
  });
  const { answer: outline } = cgroups;
  const cgroup = outline?.sought?.path === place.cgroup ? outline?.sought : undefined;
  const array = useAnswer<EffectiveArray>(
    cgroup === undefined || place.type === undefined
      ? undefined
      : below('/effective', {
          cgroup: cgroup.cgroup_id,
          attach_type: place.type,
          at: outline?.position,
        }),
    { ...fixed, waitMs: SETTLED_MS },
  );
  const names = new Map(programs.answer?.items.map((one) => [one.prog_id, one.prog_name]));
  return {
    ...{ host, place, detail, head, log, at, span, timeline, event, diff },
    ...{ cgroups, programs, cgroup, array },
    isGone:
      place.cgroup !== undefined && cgroup === undefined && outline !== undefined && !cgroups.isOld,
    nameOf: (program) => names.get(program) ?? '',
  };
}

/** The part of the log that the timeline shows. */
function spanOf({ from, to }: PagePlace, { from: oldest, to: head }: Extent): Extent {
  const first = Math.min(Math.max(oldest, from ?? oldest), head);
  return { from: first, to: Math.max(first, Math.min(to ?? head, head)) };
}
