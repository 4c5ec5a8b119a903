/** The rows of a timeline: bars for changes, and one row of marks for each thing worth a look. */
import type { Bucket, Timeline } from '../service/answers.ts';
import type { Scale } from './scale.ts';

/** A row of marks. Each has its own shape, so that no one needs to tell colours apart. */
export const MARKS = [
  { name: 'refusals', label: 'refused', of: ({ refusals }: Bucket) => refusals },
  { name: 'rmdirs', label: 'removed', of: ({ rmdirs }: Bucket) => rmdirs },
  { name: 'drift', label: 'drift, holes', of: ({ drift, holes }: Bucket) => drift + holes },
  { name: 'touches', label: 'selected', of: () => 0 },
  { name: 'differs', label: 'differs', of: () => 0 },
] as const;

type MarkRow = (typeof MARKS)[number];

export const BARS = { of: ({ changes }: Bucket) => changes } as const;

interface BarsProps {
  readonly of: (bucket: Bucket) => number;
  readonly scale: Scale;
  readonly timeline: Timeline;
  readonly height: number;
}

/** Changes of lists; below them a stroke for each bucket that has events at all. */
export function Bars({ of, scale, timeline, height }: BarsProps) {
  const max = Math.max(1, ...timeline.items.map(of));
  let bars = '';
  let quiet = '';
  for (const bucket of timeline.items) {
    const x = scale.leftEdge(bucket.position_from);
    const wide = scale.leftEdge(bucket.position_to + 1) - x;
    const room = wide > 4 ? 1 : 0;
    const tall = Math.sqrt(of(bucket) / max) * (height - 16);
    const stroke = (top: number, high: number) =>
      `M${(x + room / 2).toFixed(1)} ${top.toFixed(1)}h${Math.max(0.6, wide - room).toFixed(1)}v${high.toFixed(1)}h-${Math.max(0.6, wide - room).toFixed(1)}z`;
    if (of(bucket) > 0) bars += stroke(height - tall, tall);
    else quiet += stroke(height - 2, 2);
  }
  return (
    <>
      <path class="quiet" d={quiet} />
      <path class="changes" d={bars} />
    </>
  );
}

interface MarksProps {
  readonly row: MarkRow;
  readonly scale: Scale;
  readonly timeline: Timeline;
  readonly touches: readonly number[];
  readonly differences: readonly number[];
  readonly top: number;
  readonly height: number;
}

/** A row of marks; many in one bucket are one mark. */
export function Marks({ row, scale, timeline, touches, differences, top, height }: MarksProps) {
  const listed =
    row.name === 'touches' ? touches : row.name === 'differs' ? differences : undefined;
  const places =
    listed === undefined
      ? timeline.items
          .filter((bucket) => row.of(bucket) > 0)
          .map(({ position_from, position_to }) => [position_from, position_to] as const)
      : listed
          .filter((position) => position >= scale.from && position <= scale.to)
          .map((position) => [position, position] as const);
  const middle = top + height / 2;
  let path = '';
  let last = Number.NEGATIVE_INFINITY;
  for (const [from, to] of places) {
    const x = (scale.leftEdge(from) + scale.leftEdge(to + 1)) / 2;
    // What stands closer than a pixel to the mark before is not seen.
    if (x - last < 1) continue;
    last = x;
    path += shapeOf(row.name, x, middle);
  }
  return (
    <>
      <line class="rule" x2={scale.leftEdge(scale.to + 1)} y1={top} y2={top} />
      <path class={`marks ${row.name}`} d={path} />
    </>
  );
}

function shapeOf(name: MarkRow['name'], x: number, y: number): string {
  const at = (dx: number, dy: number) => `${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}`;
  switch (name) {
    case 'refusals':
      return `M${at(0, -4)}L${at(4, 3.5)}L${at(-4, 3.5)}z`;
    case 'rmdirs':
      return `M${at(-3, -3)}L${at(3, 3)}M${at(3, -3)}L${at(-3, 3)}`;
    case 'drift':
      return `M${at(0, -4)}L${at(4, 0)}L${at(0, 4)}L${at(-4, 0)}z`;
    case 'touches':
      return `M${at(0, -4)}L${at(0, 4)}`;
    case 'differs':
      return `M${at(-3, -3)}h6v6h-6z`;
    default:
      return name satisfies never;
  }
}
