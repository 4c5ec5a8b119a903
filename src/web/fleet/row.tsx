/** One host in the list. What costs a question of its own is asked when the row stays in view. */
import type { HostDetail, HostRow, Timeline } from '../service/answers.ts';
import { hostPath, withQuery } from '../service/ask.ts';
import { fragmentOf } from '../state/place.ts';
import { useAnswer } from '../state/use-answer.ts';
import { ago, count } from '../state/words.ts';

/** Events that the picture of a row is of. */
const LATEST = 2000;
const BUCKETS = 40;
const BAR = 3;
/** Pixels of a row; the style has the same. */
export const HOST_HEIGHT = 29;
/** Milliseconds in view after which a row asks: one that is scrolled past does not. */
const SEEN_MS = 80;
const HEIGHT = 18;

interface FleetRowProps {
  readonly row: HostRow;
  /** Its number among all rows, from 0. */
  readonly nth: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function Row({ row, nth, now }: FleetRowProps) {
  const { name, position, recorded_at, origin } = row;
  const waits = { waitMs: SEEN_MS };
  const detail = useAnswer<HostDetail>(hostPath(name), { ...waits, version: position });
  const from = Math.max(1, position - LATEST + 1);
  const latest = { from, to: position, buckets: BUCKETS };
  const path = withQuery(hostPath(name, '/timeline'), latest);
  const { answer } = useAnswer<Timeline>(path, { ...waits, isFixed: true });
  const sum = (of: 'refusals' | 'drift') =>
    answer?.items.reduce((all, bucket) => all + bucket[of], 0);
  return (
    <tr aria-rowindex={nth + 2}>
      <th scope="row" title={name}>
        <a href={`/${fragmentOf({ host: name, view: 'arrays', live: false })}`}>{name}</a>
        {origin !== undefined && (
          <span class="origin">
            {' '}
            branch of {origin.host} at {count(origin.position)}
          </span>
        )}
      </th>
      <td>{detail.answer?.release ?? '…'}</td>
      <td class="number">{count(position)}</td>
      <td title={recorded_at}>{ago(recorded_at, now)}</td>
      <td class="latest">{answer !== undefined && <Sparkline timeline={answer} />}</td>
      <Sum n={sum('refusals')} kind="refusals" />
      <Sum n={sum('drift')} kind="drift" />
    </tr>
  );
}

function Sum({ n, kind }: { readonly n: number | undefined; readonly kind: string }) {
  return <td class={`number ${n ? kind : 'none'}`}>{n === undefined ? '…' : count(n)}</td>;
}

/** Changes upwards, refusals below them. */
function Sparkline({ timeline }: { readonly timeline: Timeline }) {
  const max = Math.max(1, ...timeline.items.map(({ changes }) => changes));
  const middle = HEIGHT - 4;
  let changes = '';
  let refusals = '';
  for (const [i, bucket] of timeline.items.entries()) {
    const tall = Math.sqrt(bucket.changes / max) * (middle - 1);
    if (tall > 0) {
      changes += `M${i * BAR} ${(middle - tall).toFixed(1)}h${BAR - 1}v${tall.toFixed(1)}h-${BAR - 1}z`;
    }
    if (bucket.refusals > 0) refusals += `M${i * BAR} ${middle + 1}h${BAR - 1}v3h-${BAR - 1}z`;
  }
  return (
    <svg width={BUCKETS * BAR} height={HEIGHT} aria-hidden="true">
      <path class="changes" d={changes} />
      <path class="marks refusals" d={refusals} />
    </svg>
  );
}
