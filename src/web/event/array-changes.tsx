/** Each effective array that an event changed, before and after it. */

import type { Moment } from '../host/moment.ts';
import type { Diff, LedgerEvent, Slot } from '../service/answers.ts';
import { go } from '../state/use-place.ts';
import { countText, holderText, shortType } from '../state/words.ts';

/** Arrays that are shown. */
const ARRAYS_MAX = 8;

export function ArrayChanges(props: { readonly moment: Moment; readonly event: LedgerEvent }) {
  const { moment, event } = props;
  const { answer } = moment.diff;
  if (answer === undefined || answer.to !== event.position) return null;
  const arrays = answer.effective;
  if (arrays.length === 0) return null;
  return (
    <>
      <h3>Effective arrays</h3>
      {arrays.slice(0, ARRAYS_MAX).map((array) => (
        <div key={`${array.cgroup_id} ${array.attach_type}`} class="array-change">
          <h4>
            <button
              type="button"
              onClick={() => go({ cgroup: array.path, type: String(array.attach_type) })}
            >
              {array.path}
            </button>{' '}
            <span class="type">{shortType(array.attach_type)}</span>
          </h4>
          <Changes changes={array.slots} nameOf={moment.nameOf} />
          {array.same_in.length > 0 && (
            <p class="none">The same in {countText(array.same_in.length, 'cgroup')} below.</p>
          )}
        </div>
      ))}
      {arrays.length > ARRAYS_MAX && (
        <p class="none">And {countText(arrays.length - ARRAYS_MAX, 'more array')}: see “diff”.</p>
      )}
    </>
  );
}

type SlotChanges = Diff['effective'][number]['slots'];

/** What was added, removed, changed or moved, slot by slot. */
export function Changes(props: {
  readonly changes: SlotChanges;
  readonly nameOf: (program: number) => string;
}) {
  const { changes, nameOf } = props;
  const slotText = (slot: Slot | undefined) =>
    slot === undefined ? '' : `${slot.prog_id} ${nameOf(slot.prog_id)} (${holderText(slot)})`;
  return (
    <ul class="changes-list">
      {changes.map((one) => (
        <li key={`${one.was_place} ${one.place}`} class={CLASSES[one.change]}>
          <span class="places">
            {one.was_place === undefined ? ' ' : one.was_place + 1}
            {' → '}
            {one.place === undefined ? ' ' : one.place + 1}
          </span>
          <span class="sign">{SIGN[one.change]}</span>
          {one.change === 'changed'
            ? `${slotText(one.was)} → ${slotText(one.is)}`
            : slotText(one.is ?? one.was)}
        </li>
      ))}
    </ul>
  );
}

const SIGN = { added: '+', removed: '−', changed: '⇄', moved: '↕' } as const;
const CLASSES = {
  added: 'added',
  removed: 'removed',
  changed: 'replaced',
  moved: 'replaced',
} as const;
