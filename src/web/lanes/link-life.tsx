/** The life of a link: made, held, updated, severed, freed; with who did it, and why it ended. */

import type { Moment } from '../host/moment.ts';
import type { History } from '../service/answers.ts';
import { hostPath, withQuery } from '../service/ask.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go } from '../state/use-place.ts';
import { count } from '../state/words.ts';
import type { Scale } from '../timeline/scale.ts';
import { type Life, lifeOf } from './life.ts';
import type { LaneSpan } from './spans.ts';

/** Events of a life that are shown, and holders of a link. */
const EVENTS_MAX = 50;
const HELD_MAX = 8;
const ROW = 18;

interface LinkLifeProps {
  readonly moment: Moment;
  readonly link: number;
  readonly scale: Scale;
  /** Pixels of the column with the names. */
  readonly names: number;
}

export function LinkLife({ moment, link, scale, names }: LinkLifeProps) {
  const { host, at, detail, head } = moment;
  // The life in the boot of the moment, to its end.
  const next = detail.boots.find(({ position_from }) => position_from > at)?.position_from;
  const end = next === undefined ? head : next - 1;
  const { answer } = useAnswer<History>(
    withQuery(hostPath(host, `/links/${link}/history`), { at: end, limit: EVENTS_MAX }),
    { isFixed: true },
  );
  if (answer === undefined) return null;
  const { items } = answer;
  const known = answer.next === undefined ? end : (items.at(-1)?.event.position ?? end);
  return (
    <div class="life">
      <h4>link {link}</h4>
      <Picture {...{ scale, names, at }} life={lifeOf(link, items, known)} />
      <ol>
        {items.map(({ event, what, ended }) => (
          <li
            key={event.position}
            class={`${event.position > at ? 'later' : ''} ${ended === undefined ? '' : 'removed'}`}
          >
            <button
              type="button"
              onClick={() => go({ at: event.position, live: false }, { isStep: true })}
            >
              {count(event.position)}
            </button>
            <span>
              {event.comm}[{event.pid}] {event.call.name}: {what}
              {ended !== undefined && <b> · ended: {ended}</b>}
            </span>
          </li>
        ))}
      </ol>
      {answer.next !== undefined && <p class="none">The first {EVENTS_MAX} events are shown.</p>}
    </div>
  );
}

interface PictureProps {
  readonly scale: Scale;
  readonly names: number;
  readonly at: number;
  readonly life: Life;
}

/** A row for the link itself, and one for each that keeps it alive. */
function Picture({ scale, names, at, life }: PictureProps) {
  const { attached, severed, ended, updates } = life;
  const held = life.held.slice(0, HELD_MAX);
  const height = (held.length + 1) * ROW;
  const middle = ROW / 2;
  return (
    <div class="picture held">
      <ul class="names" style={{ width: `${names}px` }}>
        <li style={{ height: `${ROW}px` }}>{severed ? 'attached, severed' : 'attached'}</li>
        {held.map(({ name }) => (
          <li key={name} style={{ height: `${ROW}px` }} title={name}>
            <span class="holder">{name}</span>
          </li>
        ))}
      </ul>
      <svg
        role="img"
        aria-label={summaryOf(life)}
        width={scale.cell * (scale.to - scale.from + 1)}
        height={height}
      >
        {attached !== undefined && <Bar {...{ scale }} span={attached} row={0} class="stay" />}
        {severed !== undefined && <Bar {...{ scale }} span={severed} row={0} class="severed" />}
        {updates.filter(isIn(scale)).map((position) => (
          <path key={position} class="update" d={`M${scale.leftEdge(position)} 2v${ROW - 4}`}>
            <title>updated at {position}</title>
          </path>
        ))}
        {ended !== undefined && isIn(scale)(ended.at) && (
          <path class="end" d={`M${scale.middle(ended.at) - 4} ${middle - 4}l8 8m0 -8l-8 8`}>
            <title>
              ended at {ended.at}: {ended.why}
            </title>
          </path>
        )}
        {held.flatMap(({ name, stays }, i) =>
          stays.map((span) => (
            <Bar key={`${name} ${span.from}`} {...{ scale, span }} row={i + 1} class="holds" />
          )),
        )}
        {isIn(scale)(at) && (
          <line class="now" x1={scale.middle(at)} x2={scale.middle(at)} y2={height} />
        )}
      </svg>
    </div>
  );
}

const isIn =
  ({ from, to }: Scale) =>
  (position: number): boolean =>
    position >= from && position <= to;

function Bar(props: {
  readonly scale: Scale;
  readonly span: LaneSpan;
  readonly row: number;
  readonly class: string;
}) {
  const { scale, row, class: kind } = props;
  const from = Math.max(props.span.from, scale.from);
  const to = Math.min(props.span.to, scale.to);
  if (from > to) return null;
  const left = scale.leftEdge(from);
  return (
    <rect
      class={kind}
      x={left}
      y={row * ROW + 4}
      width={Math.max(2, scale.leftEdge(to + 1) - left)}
      height={ROW - 8}
      rx="2"
    />
  );
}

function summaryOf({ attached, severed, ended, held }: Life): string {
  const told = [
    attached && `attached from ${attached.from} to ${attached.to}`,
    severed && `without its cgroup from ${severed.from}`,
    ended && `ended at ${ended.at}: ${ended.why}`,
    ...held.map(({ name, stays }) =>
      [`held by ${name}`, ...stays.map(({ from, to }) => `from ${from} to ${to}`)].join(' '),
    ),
  ];
  return told.filter((part) => part !== undefined).join('; ');
}
