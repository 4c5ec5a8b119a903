/** What a host shows before anything is selected: where to begin, and what the signs mean. */
import type { Moment } from '../host/moment.ts';
import { go } from '../state/use-place.ts';
import { count, counted, shortType } from '../state/words.ts';

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
  const { cgroups, at } = moment;
  if (cgroups.first.answer === undefined) return null;
  const busy = cgroups.rows
    .map(({ path, attached = [] }) => ({
      path,
      lists: attached.filter(({ entries }) => entries.length > 0),
    }))
    .filter(({ lists }) => lists.length > 0);
  return (
    <section class="start" aria-label="Where to begin">
      <h2>Select a cgroup</h2>
      <p>
        {busy.length === 0
          ? `At position ${count(at)} nothing is attached. Step through the log with ← and →, or drag the handle of the timeline.`
          : `Which programs run on it, in which order, and who put them there. At position ${count(at)} programs are attached to ${counted(busy.length, 'cgroup')}:`}
      </p>
      <ul class="offers">
        {busy.slice(0, OFFERED_MAX).map(({ path, lists: [list] }) => (
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
      {busy.length > OFFERED_MAX && (
        <p class="none">And {count(busy.length - OFFERED_MAX)} more in the tree.</p>
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
