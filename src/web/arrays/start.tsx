/** What a host shows before anything is selected: where to begin, and what the signs mean. */
import { type Moment, SETTLED_MS } from '../host/moment.ts';
import type { Outline } from '../service/answers.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go } from '../state/use-place.ts';
import { count, countText, shortType } from '../state/words.ts';
import { attachedPath } from '../tree/outline.ts';

/** Cgroups that are offered. */
const OFFERED_MAX = 8;

const SIGNS = [
  ['■', 'change', 'changes of lists; the taller, the more'],
  ['▲', 'refusals', 'refused by the kernel (r)'],
  ['×', 'refusals', 'a cgroup was removed (d)'],
  ['◆', 'drift', 'the kernel answered otherwise than its rules, or a part is lost (x)'],
  ['▣', '', 'exclusive: nobody else may attach here or below'],
  ['◪', '', 'override: a list below replaces it'],
  ['▤', '', 'multi: all run'],
] as const;

export function Start({ moment }: { readonly moment: Moment }) {
  const { host, at } = moment;
  const { answer } = useAnswer<Outline>(attachedPath(host, at), {
    isFixed: true,
    waitMs: SETTLED_MS,
  });
  if (answer === undefined) return null;
  const busy = answer.items
    .map(({ path, attached }) => ({
      path,
      lists: attached.filter(({ entries }) => entries.length > 0),
    }))
    .filter(({ lists }) => lists.length > 0);
  const offered = busy.slice(0, OFFERED_MAX);
  return (
    <section class="start" aria-label="Where to begin">
      <h2>Select a cgroup</h2>
      <p>
        {busy.length === 0
          ? `At position ${count(answer.position)} nothing is attached. Step through the log with ← and →, or drag the handle of the timeline.`
          : `Which programs run on it, in which order, and who put them there. At position ${count(answer.position)} programs are attached to ${countText(answer.matches, 'cgroup')}:`}
      </p>
      <ul class="offers">
        {offered.map(({ path, lists: [list] }) => (
          <li key={path}>
            <button
              type="button"
              onClick={() => go({ cgroup: path, type: list && String(list.attach_type) })}
            >
              {path} {list !== undefined && <span class="id">{shortType(list.attach_type)}</span>}
            </button>
          </li>
        ))}
      </ul>
      {answer.matches > offered.length && (
        <p class="none">
          And {count(answer.matches - offered.length)} more: “with programs” in the tree shows all.
        </p>
      )}
      <h3>Signs</h3>
      <dl class="signs">
        {SIGNS.map(([sign, kind, means]) => (
          <div key={sign}>
            <dt class={kind}>{sign}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <p class="none">“?” above lists the keys.</p>
    </section>
  );
}
