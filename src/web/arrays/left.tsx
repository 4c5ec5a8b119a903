/** The programs that left the selected array, each with who took it and when. */
import { type Moment, SETTLED_MS } from '../host/moment.ts';
import { lanesPath } from '../lanes/lanes.tsx';
import type { ArrayTimeline } from '../service/answers.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go } from '../state/use-place.ts';
import { count, timeParts } from '../state/words.ts';
import { By } from './by.tsx';
import { listLeft } from './left.ts';

/** Programs that are told of. */
const LEFT_MAX = 5;

export function LeftPrograms({ moment }: { readonly moment: Moment }) {
  const { at, span } = moment;
  const { answer } = useAnswer<ArrayTimeline>(lanesPath(moment), {
    isFixed: true,
    waitMs: SETTLED_MS,
  });
  if (answer === undefined || answer.path !== moment.place.cgroup) return null;
  const isCut = answer.next !== undefined && answer.next <= at;
  // What the event of the moment took stands in the array, struck through.
  const left = listLeft(answer, at).filter(({ by }) => by.position !== at);
  if (isCut) {
    return (
      <p class="none">
        The array changed too often to tell who left it before: zoom in around position {count(at)}.
      </p>
    );
  }
  if (left.length === 0) return null;
  return (
    <>
      <h4>Ran here before</h4>
      <ul class="left-programs">
        {left.slice(0, LEFT_MAX).map(({ boot, prog_id, prog_name, by }) => (
          <li key={`${boot} ${prog_id}`}>
            <button
              type="button"
              class="program"
              title="Why it does not run"
              onClick={() => go({ program: prog_id, view: 'explain' })}
            >
              {prog_id} {prog_name || <i>no name</i>}
            </button>{' '}
            until <By event={by} /> {by.call}{' '}
            <time class="id" dateTime={by.at}>
              {timeParts(by.at).time.slice(0, 8)}
            </time>
          </li>
        ))}
      </ul>
      {left.length > LEFT_MAX && (
        <p class="none">
          And {count(left.length - LEFT_MAX)} more since position {count(span.from)}: see “Lanes”.
        </p>
      )}
    </>
  );
}
