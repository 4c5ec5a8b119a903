/** Where a position stands on the timeline, and how far it may be zoomed. */

export interface Extent {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

/** Positions that the timeline shows at least. */
const SPAN_MIN = 8;

export interface Scale extends Extent {
  /** Pixels of one position. */
  readonly cell: number;
  /** The left edge of a position. */
  readonly leftEdge: (position: number) => number;
  readonly middle: (position: number) => number;
  /** The position at a place, within the span. */
  readonly positionAt: (x: number) => number;
}

/** A scale of a span over some pixels. */
export function scaleOf({ from, to }: Extent, width: number): Scale {
  const cell = width / (to - from + 1);
  const leftEdge = (position: number) => (position - from) * cell;
  return {
    from,
    to,
    cell,
    leftEdge,
    middle: (position) => leftEdge(position) + cell / 2,
    positionAt: (x) => Math.min(to, Math.max(from, from + Math.floor(x / cell))),
  };
}

/** The span after a zoom around a position, within the log. */
export function zoom({ from, to }: Extent, log: Extent, around: number, factor: number): Extent {
  const length = to - from + 1;
  const wanted = Math.min(lengthOf(log), Math.max(SPAN_MIN, Math.round(length * factor)));
  const share = (around - from) / length;
  return within(Math.round(around - share * wanted), wanted, log);
}

/** The span moved by some positions, within the log. */
export function move({ from, to }: Extent, log: Extent, by: number): Extent {
  return within(from + Math.round(by), to - from + 1, log);
}

/** The span, moved so that it shows a position. */
export function showing(span: Extent, log: Extent, position: number): Extent {
  if (position >= span.from && position <= span.to) return span;
  const length = span.to - span.from + 1;
  return within(position - Math.floor(length / 2), length, log);
}

function lengthOf({ from, to }: Extent): number {
  return to - from + 1;
}

function within(from: number, length: number, log: Extent): Extent {
  const long = Math.min(length, lengthOf(log));
  const first = Math.min(Math.max(log.from, from), log.to - long + 1);
  return { from: first, to: first + long - 1 };
}

/** Round positions for the axis, about `room` of them. */
export function ticksOf({ from, to }: Extent, room: number): number[] {
  const raw = (to - from + 1) / Math.max(1, room);
  const power = 10 ** Math.floor(Math.log10(Math.max(1, raw)));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw) ?? 10 * power;
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  if (ticks[0] === 0) ticks[0] = 1;
  return ticks;
}
