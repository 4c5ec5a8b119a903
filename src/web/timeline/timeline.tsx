/**
 * The timeline: positions from left to right, what happened at them in rows, and the moment that the
 * rest of the page shows. The service counts, so a log of ten events and one of ten million look alike.
 */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Timeline as Answer, Boot } from '../service/answers.ts';
import { count, microsOf, shortTime } from '../state/words.ts';
import { BARS, Bars, MARKS, Marks } from './marks.tsx';
import { type Extent, move, type Scale, scaleOf, ticksOf, zoom } from './scale.ts';

interface TimelineProps {
  readonly timeline: Answer | undefined;
  readonly span: Extent;
  /** The whole log, as far as it is kept. */
  readonly log: Extent;
  readonly at: number;
  readonly boots: readonly Boot[];
  /** Positions that concern what is selected. */
  readonly touches: readonly number[];
  /** Positions that another release answers differently. */
  readonly differences: readonly number[];
  readonly mark: number | undefined;
  readonly onScrub: (position: number) => void;
  readonly onSpan: (span: Extent) => void;
}

/** Pixels of the column with the names of the rows. */
const GUTTER = 92;
const THUMB = 14;
const ZOOM = 1.25;
/** Height of the row of bars, of one row of marks, and of the axis. */
const BARS_HEIGHT = 44;
const ROW_HEIGHT = 13;
const AXIS_HEIGHT = 32;

/** The width of an element, as it changes. */
export function useWidth(ref: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const look = () => setWidth(element.clientWidth);
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}

export function Timeline(props: TimelineProps) {
  const { timeline, span, log, at, boots, touches, differences, mark, onScrub, onSpan } = props;
  const box = useRef<HTMLDivElement>(null);
  const width = Math.max(1, useWidth(box) - GUTTER - 8);
  const scale = scaleOf(span, width);
  useWheel(box, props, scale);

  const marks = MARKS.filter(
    ({ name }) =>
      (name !== 'drift' || timeline?.items.some(({ drift, holes }) => drift + holes > 0)) &&
      (name !== 'differs' || differences.length > 0),
  );
  const height = BARS_HEIGHT + marks.length * ROW_HEIGHT + AXIS_HEIGHT;
  // Drawn anew when they change, and not for each step.
  const counts = useMemo(
    () =>
      timeline === undefined ? null : (
        <g key="counts">
          <Bars {...BARS} scale={scale} timeline={timeline} height={BARS_HEIGHT} />
          {marks.map((row, i) => (
            <Marks
              key={row.name}
              {...{ row, scale, timeline, touches, differences }}
              top={BARS_HEIGHT + i * ROW_HEIGHT}
              height={ROW_HEIGHT}
            />
          ))}
        </g>
      ),
    [timeline, span.from, span.to, width, touches, differences],
  );
  const axis = useMemo(
    () => <Axis timeline={timeline} scale={scale} width={width} top={height - AXIS_HEIGHT} />,
    [timeline, span.from, span.to, width, height],
  );
  const scrub = (event: PointerEvent) => {
    if (event.buttons !== 1) return;
    const left = (event.currentTarget as Element).getBoundingClientRect().left;
    onScrub(scale.positionAt(event.clientX - left));
  };

  return (
    <section class="timeline" aria-label="Timeline" ref={box}>
      <div class="gutter" aria-hidden="true">
        <span style={{ height: `${BARS_HEIGHT}px` }}>changes</span>
        {marks.map(({ name, label }) => (
          <span key={name} style={{ height: `${ROW_HEIGHT}px` }} class={`label-${name}`}>
            {label}
          </span>
        ))}
      </div>
      <svg
        aria-hidden="true"
        width={width}
        height={height}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          scrub(event);
        }}
        onPointerMove={scrub}
      >
        <rect class="ground" width={width} height={height - AXIS_HEIGHT} />
        {counts}
        <Boots boots={boots} scale={scale} height={height - AXIS_HEIGHT} />
        {axis}
        {mark !== undefined && mark >= span.from && mark <= span.to && (
          <g class="mark" transform={`translate(${scale.middle(mark)} 0)`}>
            <line y2={height - AXIS_HEIGHT} />
            <text x="3" y="22">
              A
            </text>
          </g>
        )}
        {at >= span.from && at <= span.to && (
          <g class="scrubber" transform={`translate(${scale.middle(at)} 0)`}>
            <rect
              x={-Math.max(1, scale.cell / 2)}
              width={Math.max(2, scale.cell)}
              height={height - AXIS_HEIGHT}
            />
            <line y2={height - AXIS_HEIGHT} />
          </g>
        )}
      </svg>
      <input
        type="range"
        class="thumb"
        aria-label="Position"
        aria-valuetext={`position ${at} of ${log.to}`}
        min={span.from}
        max={span.to}
        value={at}
        style={{
          left: `${GUTTER + scale.cell / 2 - THUMB / 2}px`,
          width: `${width - scale.cell + THUMB}px`,
        }}
        onInput={(event) => onScrub(Number(event.currentTarget.value))}
      />
      <Overview span={span} log={log} at={at} width={width} onSpan={onSpan} />
    </section>
  );
}

function Boots(props: {
  readonly boots: readonly Boot[];
  readonly scale: Scale;
  readonly height: number;
}) {
  const { boots, scale, height } = props;
  const shown = boots.filter(
    ({ position_from }) => position_from >= scale.from && position_from <= scale.to,
  );
  return (
    <g class="boots">
      {shown.map(({ boot, release, position_from }) => (
        <g key={boot} transform={`translate(${scale.leftEdge(position_from)} 0)`}>
          <line y2={height} />
          <text x="4" y="10">
            boot {boot} · {release}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Pixels from one label of the axis to the next, and those that it must have. */
const LABEL_WIDTH = 96;
const LABEL_ROOM = 72;

function Axis(props: {
  readonly timeline: Answer | undefined;
  readonly scale: Scale;
  readonly width: number;
  readonly top: number;
}) {
  const { timeline, scale, width, top } = props;
  const items = timeline?.items ?? [];
  const micros =
    timeline === undefined || items[0] === undefined
      ? 0
      : microsOf(timeline.until) - microsOf(items[0].at);
  const timeAt = (position: number) => {
    const bucket = items.findLast(({ position_from }) => position_from <= position);
    return bucket === undefined ? '' : shortTime(bucket.at, micros);
  };
  return (
    <g class="axis" transform={`translate(0 ${top})`}>
      <line x2={width} />
      {ticksOf(scale, width / LABEL_WIDTH)
        .filter((tick) => scale.middle(tick) < width - LABEL_ROOM || tick === scale.from)
        .map((tick) => (
          <g key={tick} transform={`translate(${scale.middle(tick)} 0)`}>
            <line y2="4" />
            <text x="3" y="13">
              {count(tick)}
            </text>
            <text x="3" y="26" class="time">
              {timeAt(tick)}
            </text>
          </g>
        ))}
    </g>
  );
}

/** The whole log, with the part of it that the timeline shows. */
function Overview(props: {
  readonly span: Extent;
  readonly log: Extent;
  readonly at: number;
  readonly width: number;
  readonly onSpan: (span: Extent) => void;
}) {
  const { span, log, at, width, onSpan } = props;
  const whole = scaleOf(log, width);
  if (span.from === log.from && span.to === log.to) return null;
  const drag = (event: PointerEvent) => {
    if (event.buttons !== 1) return;
    const left = (event.currentTarget as Element).getBoundingClientRect().left;
    const middle = whole.positionAt(event.clientX - left);
    onSpan(move(span, log, middle - Math.round((span.from + span.to) / 2)));
  };
  return (
    <svg
      class="overview"
      aria-hidden="true"
      width={width}
      height="10"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag(event);
      }}
      onPointerMove={drag}
    >
      <rect class="ground" y="3" width={width} height="4" />
      <rect
        class="shown"
        x={whole.leftEdge(span.from)}
        width={Math.max(3, whole.leftEdge(span.to + 1) - whole.leftEdge(span.from))}
        height="10"
      />
      <line class="now" x1={whole.middle(at)} x2={whole.middle(at)} y2="10" />
    </svg>
  );
}

/** The wheel zooms around the pointer; sideways, or with shift, it moves. */
function useWheel(
  box: { readonly current: HTMLElement | null },
  { span, log, onSpan }: TimelineProps,
  scale: Scale,
): void {
  const now = useRef({ span, log, onSpan, scale });
  now.current = { span, log, onSpan, scale };
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const turn = (event: WheelEvent) => {
      const { span: shown, log: all, onSpan: show, scale: by } = now.current;
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (!event.shiftKey && Math.abs(event.deltaY) < Math.abs(event.deltaX) === false) {
        if (event.deltaY === 0) return;
        event.preventDefault();
        const x = event.clientX - element.getBoundingClientRect().left - GUTTER;
        show(zoom(shown, all, by.positionAt(x), event.deltaY > 0 ? ZOOM : 1 / ZOOM));
        return;
      }
      event.preventDefault();
      show(move(shown, all, sideways / by.cell));
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, [box]);
}
