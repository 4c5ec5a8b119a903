/**
 * The effective array of one cgroup and type over time: a lane for each program, with its place in the
 * order, and what is missing in red. They show the same part of the log as the timeline above.
 */
import { useRef } from 'preact/hooks';
import type { Moment } from '../host/moment.ts';
import { SETTLED_MS } from '../host/moment.ts';
import { Note, RefusedNote } from '../note.tsx';
import type { ArrayTimeline } from '../service/answers.ts';
import { hostPath, withQuery } from '../service/ask.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go } from '../state/use-place.ts';
import { count, countText, duration, holderText } from '../state/words.ts';
import { type Scale, scaleOf } from '../timeline/scale.ts';
import { useWidth } from '../timeline/timeline.tsx';
import { LinkLife } from './link-life.tsx';
import {
  type Empty,
  type Lanes as Found,
  type Lane,
  type LaneSpan,
  lanesOf,
  missing,
} from './spans.ts';

const ROW = 26;
/** Pixels of the names of the lanes. */
const NAMES = 190;
const NAMES_NARROW = 120;

/** The address of the versions of the selected array; undefined when none is selected. */
export function lanesPath({ host, place, span }: Moment): string | undefined {
  const { cgroup, type } = place;
  return cgroup === undefined || type === undefined
    ? undefined
    : withQuery(hostPath(host, '/effective/timeline'), { cgroup, attach_type: type, ...span });
}

export function Lanes({ moment }: { readonly moment: Moment }) {
  const { place, span, at } = moment;
  const box = useRef<HTMLDivElement>(null);
  const whole = useWidth(box);
  const names = whole < 500 ? NAMES_NARROW : NAMES;
  const width = Math.max(1, whole - names);
  const { cgroup, type } = place;
  const path = lanesPath(moment);
  const { answer, refused, isOld } = useAnswer<ArrayTimeline>(path, {
    isFixed: true,
    waitMs: SETTLED_MS,
  });
  const scale = scaleOf(span, width);
  const found = answer === undefined ? undefined : lanesOf(answer);
  return (
    <div class={`lanes ${isOld && path !== undefined ? 'old' : ''}`} ref={box}>
      {path === undefined && (
        <Note title="Select a cgroup and an attach type">
          <p>A click on a chip of the tree selects both. Their programs over time appear here.</p>
        </Note>
      )}
      {refused !== undefined && path !== undefined && <RefusedNote refused={refused} />}
      {found !== undefined && path !== undefined && (
        <>
          <h2 class="path">
            {cgroup} <span class="type">{type}</span>
          </h2>
          {found.lanes.length === 0 && (
            <Note title="Nothing ran here in this part of the log">
              <p>Show the whole log (0), or select another cgroup or type.</p>
            </Note>
          )}
          <Picture {...{ found, scale, names, at }} selected={place.program} />
          {answer?.next !== undefined && (
            <p class="none">
              Only the first {countText(answer.items.length, 'version')} are shown, up to position{' '}
              {count(answer.next - 1)}: zoom in for the rest.
            </p>
          )}
          <Links {...{ moment, found, scale, names }} />
        </>
      )}
    </div>
  );
}

interface PictureProps {
  readonly found: Found;
  readonly scale: Scale;
  readonly names: number;
  readonly at: number;
  readonly selected: number | undefined;
}

function Picture({ found, scale, names, at, selected }: PictureProps) {
  const height = (found.lanes.length + 1) * ROW;
  const jump = (event: MouseEvent) => {
    const left = (event.currentTarget as Element).getBoundingClientRect().left;
    go({ at: scale.positionAt(event.clientX - left), live: false });
  };
  return (
    <div class="picture">
      <ul class="names" style={{ width: `${names}px` }}>
        {found.lanes.map(({ key, slot, prog_name }) => (
          <li key={key} style={{ height: `${ROW}px` }}>
            <button
              type="button"
              aria-pressed={selected === slot.prog_id}
              onClick={() => go({ program: selected === slot.prog_id ? undefined : slot.prog_id })}
            >
              {slot.prog_id} {prog_name || <i>no name</i>}
            </button>
            {/* Where there is no room, the lane alone shows by its outline that there is no link. */}
            {(names > NAMES_NARROW || slot.link_id !== undefined) && (
              <span class="id">{holderText(slot)}</span>
            )}
          </li>
        ))}
        <li style={{ height: `${ROW}px` }} class="label-gaps">
          nothing ran
        </li>
      </ul>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the timeline has the same by keys */}
      <svg
        role="img"
        aria-label={summaryOf(found)}
        width={scale.cell * (scale.to - scale.from + 1)}
        height={height}
        onClick={jump}
      >
        <defs>
          <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse">
            <path d="M-1 1L1 -1M0 5L5 0M4 6L6 4" class="hatch" />
          </pattern>
        </defs>
        {found.absent.map((one) => (
          <Block key={one.from} {...{ scale }} span={one} top={0} height={height} class="absent" />
        ))}
        {found.empty.map((one) => (
          <EmptySpan key={one.from} {...{ scale, height }} span={one} />
        ))}
        {found.lanes.map((lane, i) => (
          <LaneRow key={lane.key} {...{ lane, scale }} top={i * ROW} />
        ))}
        {at >= scale.from && at <= scale.to && (
          <line class="now" x1={scale.middle(at)} x2={scale.middle(at)} y2={height} />
        )}
      </svg>
    </div>
  );
}

function summaryOf({ lanes, empty }: Found): string {
  return `${countText(lanes.length, 'lane')}, ${countText(empty.length, 'gap')} in which nothing ran`;
}

function LaneRow(props: { readonly lane: Lane; readonly scale: Scale; readonly top: number }) {
  const { lane, scale, top } = props;
  return (
    <g class={lane.slot.link_id === undefined ? 'legacy' : 'link'}>
      <line class="rule" x2={scale.leftEdge(scale.to + 1)} y1={top + ROW} y2={top + ROW} />
      {missing(lane.stays).map((one) => (
        <Block
          key={`m${one.from}`}
          {...{ scale }}
          span={one}
          top={top + ROW / 2 - 2}
          height={4}
          class="missing"
        />
      ))}
      {lane.stays.map((one) => {
        const left = scale.leftEdge(one.from);
        const wide = Math.max(2, scale.leftEdge(one.to + 1) - left);
        return (
          <g key={one.from} transform={`translate(${left} ${top + 4})`}>
            <rect class="stay" width={wide} height={ROW - 8} rx="2" />
            {wide > 16 && (
              <text x="5" y="13">
                {one.place}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

/** Pixels that the duration of a gap takes. */
const DURATION_WIDTH = 44;

/** A span in which nothing ran, and how long that was. */
function EmptySpan(props: {
  readonly scale: Scale;
  readonly span: Empty;
  readonly height: number;
}) {
  const { scale, span, height } = props;
  const left = scale.leftEdge(span.from);
  const lasted = span.micros === undefined ? 'still open' : duration(span.micros);
  return (
    <g>
      <title>
        nothing ran from position {span.from} to {span.to}: {lasted}
      </title>
      <Block {...{ scale, span, height }} top={0} class="empty" />
      {scale.leftEdge(span.to + 1) - left > DURATION_WIDTH && (
        <text class="lasted" x={left + 4} y={height - ROW / 2 + 4}>
          {lasted}
        </text>
      )}
    </g>
  );
}

function Block(props: {
  readonly scale: Scale;
  readonly span: LaneSpan;
  readonly top: number;
  readonly height: number;
  readonly class: string;
}) {
  const { scale, span, top, height } = props;
  const left = scale.leftEdge(span.from);
  return (
    <rect
      class={props.class}
      x={left}
      y={top}
      width={Math.max(1.5, scale.leftEdge(span.to + 1) - left)}
      height={height}
    />
  );
}

/** The life of each link of the lanes. */
function Links(props: {
  readonly moment: Moment;
  readonly found: Found;
  readonly scale: Scale;
  readonly names: number;
}) {
  const { moment, found, scale, names } = props;
  const boot = moment.event.answer?.boot;
  const ids = new Set(
    found.lanes
      .filter((lane) => lane.boot === boot)
      .flatMap(({ slot }) => (slot.link_id === undefined ? [] : [slot.link_id])),
  );
  if (ids.size === 0) return null;
  return (
    <section class="links" aria-label="Lives of the links">
      <h3>Lives of the links</h3>
      {[...ids].slice(0, LINKS_MAX).map((id) => (
        <LinkLife key={id} {...{ moment, scale, names }} link={id} />
      ))}
      {ids.size > LINKS_MAX && (
        <p class="cut">
          Showing {LINKS_MAX} of {countText(ids.size, 'link')}: zoom in to narrow.
        </p>
      )}
    </section>
  );
}

/** Links whose lives are shown. */
const LINKS_MAX = 12;
