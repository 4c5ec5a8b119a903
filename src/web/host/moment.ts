/** What the panels of a host show: the selected moment, and what is asked about it. */
import { mayChangeArrays } from '../event/changes.ts';
import type {
  CgroupAnswer,
  CgroupPage,
  CgroupRow,
  Diff,
  EffectiveArray,
  HostDetail,
  LedgerEvent,
  PageOf,
  Program,
  Timeline,
} from '../service/answers.ts';
import { hostPath, withQuery } from '../service/ask.ts';
import type { Place } from '../state/place.ts';
import { type Answer, useAnswer } from '../state/use-answer.ts';
import type { Span } from '../timeline/scale.ts';
import { type Cgroups, useCgroups } from '../tree/pages.ts';

/** Programs whose names are shown. */
const ROWS_MAX = 1000;
const BUCKETS = 400;
/** Milliseconds without a step after which costly questions are asked. */
export const SETTLED_MS = 120;

/** All that is known of the moment. */
export interface Moment {
  readonly host: string;
  readonly place: Place;
  readonly detail: HostDetail;
  readonly head: number;
  readonly at: number;
  readonly span: Span;
  readonly timeline: Answer<Timeline>;
  readonly event: Answer<LedgerEvent>;
  /** What the event changed; not asked where its effects tell that it changed no array. */
  readonly diff: Answer<Diff>;
  readonly cgroups: Cgroups;
  readonly programs: Answer<PageOf<Program>>;
  /** The selected cgroup, with what is attached and effective. */
  readonly cgroup: Answer<CgroupAnswer>;
  readonly cgroupRow: CgroupRow | undefined;
  /** A cgroup is selected that is not there at the moment. */
  readonly isGone: boolean;
  /** The selected array, with who put each program there. */
  readonly array: Answer<EffectiveArray>;
  readonly nameOf: (program: number) => string;
}

/** The address of the counts of a span. */
function timelinePath(host: string, span: Span): string {
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
export function useMoment(place: Place, detail: HostDetail, under: string | undefined): Moment {
  const host = detail.name;
  const head = detail.position;
  const at = Math.min(place.at ?? head, head);
  const span = spanOf(place, head);
  const fixed = { isFixed: true };
  const below = (rest: string, query: Parameters<typeof withQuery>[1]) =>
    withQuery(hostPath(host, rest), query);

  const isWhole = span.from === 1 && span.to === head;
  const timeline = useAnswer<Timeline>(
    isWhole ? wholeTimelinePath(host) : timelinePath(host, span),
    isWhole ? { version: head } : fixed,
  );
  const event = useAnswer<LedgerEvent>(eventPath(host, at), fixed);
  const isChange = event.answer?.position === at && mayChangeArrays(event.answer);
  const diff = useAnswer<Diff>(isChange ? below('/diff', { from: at - 1, to: at }) : undefined, {
    ...fixed,
    waitMs: SETTLED_MS,
  });
  const cgroups = useCgroups(host, { at, under });
  const programs = useAnswer<PageOf<Program>>(below('/programs', { at, limit: ROWS_MAX }), {
    ...fixed,
    // A program keeps its name, so those of a moment ago will do until the reader rests.
    waitMs: SETTLED_MS,
  });
  const { first } = cgroups;
  const position = first.answer?.position;
  const listed = first.answer?.items.find(({ path }) => path === place.cgroup);
  // What is selected may be beyond the first page.
  const isSought = place.cgroup !== undefined && position !== undefined && listed === undefined;
  const one = useAnswer<CgroupPage>(
    isSought && (first.answer?.next !== undefined || under !== undefined)
      ? below('/cgroups', { at: position, path: place.cgroup, attached: 'true' })
      : undefined,
    fixed,
  );
  const sought = one.isOld ? undefined : one.answer;
  const cgroupRow = listed ?? sought?.items[0];
  const cgroup = useAnswer<CgroupAnswer>(
    cgroupRow && below(`/cgroups/${cgroupRow.cgroup_id}`, { at: position }),
    fixed,
  );
  const array = useAnswer<EffectiveArray>(
    cgroupRow === undefined || place.type === undefined
      ? undefined
      : below('/effective', {
          cgroup: cgroupRow.cgroup_id,
          attach_type: place.type,
          at: position,
        }),
    { ...fixed, waitMs: SETTLED_MS },
  );
  const names = new Map(programs.answer?.items.map((one) => [one.prog_id, one.prog_name]));
  return {
    ...{ host, place, detail, head, at, span, timeline, event, diff },
    ...{ cgroups, programs, cgroup, cgroupRow, array },
    isGone:
      isSought &&
      !first.isOld &&
      cgroupRow === undefined &&
      !one.isOld &&
      one.refused === undefined,
    nameOf: (program) => names.get(program) ?? '',
  };
}

/** The part of the log that the timeline shows. */
function spanOf({ from, to }: Place, head: number): Span {
  const first = Math.min(Math.max(1, from ?? 1), head);
  return { from: first, to: Math.max(first, Math.min(to ?? head, head)) };
}
