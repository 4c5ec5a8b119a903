/** The life of a link: made, held, updated, severed, freed; with who did it, and why it ended. */

import type { Moment } from '../host/moment.ts';
import type { History } from '../service/answers.ts';
import { hostPath, withQuery } from '../service/ask.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go } from '../state/use-place.ts';
import { count } from '../state/words.ts';

/** Events of a life that are shown. */
const EVENTS_MAX = 50;

export function LinkLife({ moment, link }: { readonly moment: Moment; readonly link: number }) {
  const { host, at, detail, head } = moment;
  // The life in the boot of the moment, to its end.
  const next = detail.boots.find(({ position_from }) => position_from > at)?.position_from;
  const end = next === undefined ? head : next - 1;
  const { answer } = useAnswer<History>(
    withQuery(hostPath(host, `/links/${link}/history`), { at: end, limit: EVENTS_MAX }),
    { isFixed: true },
  );
  if (answer === undefined) return null;
  return (
    <div class="life">
      <h4>link {link}</h4>
      <ol>
        {answer.items.map(({ event, what, ended }) => (
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
