/** The effective arrays of a cgroup: which programs run, in which order, and where each comes from. */

import { type Change, changedBy, SIGNS } from '../event/changes.ts';
import type { Moment } from '../host/moment.ts';
import { Note } from '../note.tsx';
import type { AttachType, BlamedSlot, EffectiveView, Slot } from '../service/answers.ts';
import { go } from '../state/use-place.ts';
import { count, holderText } from '../state/words.ts';
import { modeWord } from '../tree/tree.tsx';
import { By } from './by.tsx';

export function Arrays({ moment }: { readonly moment: Moment }) {
  const { place, cgroup } = moment;
  if (place.cgroup === undefined) {
    return (
      <Note title="Select a cgroup">
        <p>Its effective arrays are shown here: which programs run, and where each comes from.</p>
      </Note>
    );
  }
  const found = cgroup.answer?.cgroup;
  if (found === undefined || found.path !== place.cgroup) return null;
  const types = [
    ...new Set([
      ...found.effective.map(({ attach_type }) => attach_type),
      ...found.attached.map(({ attach_type }) => attach_type),
    ]),
  ];
  return (
    <div class={cgroup.isOld ? 'arrays old' : 'arrays'}>
      <h2 class="path">
        {found.path} <span class="id">cgroup {found.cgroup_id}</span>
      </h2>
      {types.length === 0 && (
        <Note title="Nothing runs here">
          <p>No program is attached to this cgroup or inherited from one above it.</p>
        </Note>
      )}
      {types.map((type) => (
        <OneArray
          key={type}
          moment={moment}
          type={type}
          view={found.effective.find(({ attach_type }) => attach_type === type)}
        />
      ))}
    </div>
  );
}

interface OneProps {
  readonly moment: Moment;
  readonly type: AttachType;
  readonly view: EffectiveView | undefined;
}

function OneArray({ moment, type, view }: OneProps) {
  const { place, cgroup, array, event } = moment;
  const own = cgroup.answer?.cgroup.attached.find(({ attach_type }) => attach_type === type);
  const isSelected = place.type === String(type);
  const asked = isSelected ? array.answer : undefined;
  const blamed =
    asked?.path === place.cgroup && asked?.attach_type === type ? asked?.slots : undefined;
  const changed = changedBy(event.answer);
  const slots = view?.slots ?? [];
  return (
    <section class={`one-array ${isSelected ? 'selected' : ''}`} aria-label={String(type)}>
      <h3>
        <button type="button" aria-pressed={isSelected} onClick={() => go({ type: String(type) })}>
          {type}
        </button>
        {own !== undefined && (
          <span class="own">
            {modeWord(own)} · {count(own.entries.length)} attached here · revision {own.revision}
          </span>
        )}
      </h3>
      {slots.length === 0 ? (
        <p class="none">Empty: nothing runs.</p>
      ) : (
        <table class="slots">
          <thead>
            <tr>
              <th scope="col">#</th>
              <th scope="col">program</th>
              <th scope="col">held by</th>
              <th scope="col">from</th>
              <th scope="col">put by</th>
            </tr>
          </thead>
          <tbody>
            {slots.map((slot, i) => {
              const key = `${slot.link_id ?? ''} ${slot.prog_id} ${slot.cgroup_id} ${slot.index}`;
              return (
                <SlotRow
                  key={key}
                  {...{ moment, slot }}
                  place={i + 1}
                  blamed={blamed?.[i]?.prog_id === slot.prog_id ? blamed[i] : undefined}
                  change={changed.holders.get(
                    slot.link_id === undefined ? `program ${slot.prog_id}` : `link ${slot.link_id}`,
                  )}
                />
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface SlotProps {
  readonly moment: Moment;
  readonly slot: Slot;
  readonly place: number;
  readonly blamed: BlamedSlot | undefined;
  readonly change: Change | undefined;
}

function SlotRow({ moment, slot, place, blamed, change }: SlotProps) {
  const { nameOf, place: here } = moment;
  const own = moment.cgroupRow?.cgroup_id;
  const isSelected = here.program === slot.prog_id;
  return (
    <tr class={`${change ?? ''} ${isSelected ? 'selected' : ''}`}>
      <td class="number">
        {change !== undefined && <span class="sign">{SIGNS[change]}</span>}
        {place}
      </td>
      <td>
        <button
          type="button"
          class="program"
          aria-pressed={isSelected}
          onClick={() => go({ program: isSelected ? undefined : slot.prog_id })}
        >
          {slot.prog_id} {nameOf(slot.prog_id) || <i>no name</i>}
        </button>
      </td>
      <td>
        {holderText(slot)}
        {slot.preorder && <span class="tag">preorder</span>}
        <Holders slot={blamed} />
      </td>
      <td>{slot.cgroup_id === own ? 'here' : <Origin moment={moment} id={slot.cgroup_id} />}</td>
      <td>{blamed === undefined ? '' : <By event={blamed.updated_by ?? blamed.put_by} />}</td>
    </tr>
  );
}

function Origin({ moment, id }: { readonly moment: Moment; readonly id: number | undefined }) {
  const path = moment.cgroups.rows.find(({ cgroup_id }) => cgroup_id === id)?.path;
  if (path === undefined) return <>cgroup {id}</>;
  return (
    <button type="button" class="inherited" onClick={() => go({ cgroup: path })}>
      ↑ {path}
    </button>
  );
}

/** Who keeps a link alive. */
function Holders({ slot }: { readonly slot: BlamedSlot | undefined }) {
  const held = slot?.held_by;
  if (held === undefined) return null;
  const texts = [
    ...held.fds.map(({ pid, comm, fd }) => `${comm}[${pid}] fd ${fd}`),
    ...held.in_flight_to.map((pid) => `in flight to ${pid}`),
    ...held.pins.map((pin) => `pin ${pin}`),
  ];
  return <span class="holders">{texts.join(', ') || 'nobody but its cgroup'}</span>;
}
