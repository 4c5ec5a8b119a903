/** The effective arrays of a cgroup: which programs run, in which order, and where each comes from. */

import { type ChangeKind, changesOf, SIGNS } from '../event/changes.ts';
import type { Moment } from '../host/moment.ts';
import { holderNames } from '../lanes/life.ts';
import { Note } from '../note.tsx';
import type { AttachType, BlamedSlot, Diff, EffectiveView, Slot } from '../service/answers.ts';
import { go } from '../state/use-place.ts';
import { count, holderText } from '../state/words.ts';
import { modeWord } from '../tree/tree.tsx';
import { By } from './by.tsx';
import { LeftPrograms } from './left.tsx';
import { Start } from './start.tsx';

export function Arrays({ moment }: { readonly moment: Moment }) {
  const { place, cgroup: found, cgroups } = moment;
  if (place.cgroup === undefined) {
    return <Start moment={moment} />;
  }
  if (found === undefined) return null;
  const changed = changesOn(moment, found.cgroup_id);
  const types = [
    ...new Set<AttachType>([
      ...found.effective.map(({ attach_type }) => attach_type),
      ...found.attached.map(({ attach_type }) => attach_type),
      ...changed.map(({ attach_type }) => attach_type),
      // A link to an array that is empty by now shows it, with what left it.
      ...selectedType(moment),
    ]),
  ];
  return (
    <div class={cgroups.answer?.position === moment.at ? 'arrays' : 'arrays old'}>
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
          changes={changed.find(({ attach_type }) => attach_type === type)?.slots ?? []}
        />
      ))}
    </div>
  );
}

/** The selected attach type as the service spells it, once it has answered. */
function selectedType({ array, place }: Moment): AttachType[] {
  const { answer } = array;
  const isIt = answer?.path === place.cgroup && String(answer?.attach_type) === place.type;
  return isIt && answer !== undefined ? [answer.attach_type] : [];
}

/** How the event of the moment changed the effective arrays of a cgroup. */
function changesOn({ diff, at }: Moment, cgroupId: number): Diff['effective'] {
  const { answer, isOld } = diff;
  if (answer === undefined || isOld || answer.to !== at) return [];
  return answer.effective.filter(
    ({ cgroup_id, same_in }) => cgroup_id === cgroupId || same_in.includes(cgroupId),
  );
}

type SlotChange = Diff['effective'][number]['slots'][number];

interface OneProps {
  readonly moment: Moment;
  readonly type: AttachType;
  readonly view: EffectiveView | undefined;
  readonly changes: readonly SlotChange[];
}

function OneArray({ moment, type, view, changes }: OneProps) {
  const { place, cgroup, array, event } = moment;
  const own = cgroup?.attached.find(({ attach_type }) => attach_type === type);
  const isSelected = place.type === String(type);
  const asked = isSelected ? array.answer : undefined;
  const blamed =
    asked?.path === place.cgroup && asked?.attach_type === type ? asked?.slots : undefined;
  const changed = changesOf(event.answer);
  const slots = view?.slots ?? [];
  const gone = changes.filter(({ change }) => change === 'removed');
  const moved = new Set(
    changes.flatMap((one) => (one.change === 'moved' ? (one.place ?? []) : [])),
  );
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
      {slots.length === 0 && <p class="none">Empty: nothing runs.</p>}
      {slots.length + gone.length > 0 && (
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
              const holder =
                slot.link_id === undefined ? `program ${slot.prog_id}` : `link ${slot.link_id}`;
              return (
                <SlotRow
                  key={key}
                  {...{ moment, slot }}
                  place={i + 1}
                  blamed={blamed?.[i]?.prog_id === slot.prog_id ? blamed[i] : undefined}
                  change={changed.holders.get(holder)}
                  isMoved={moved.has(i)}
                />
              );
            })}
            {gone.map(({ was, was_place = 0 }) => (
              <GoneRow key={`gone ${was_place}`} {...{ moment, was }} place={was_place + 1} />
            ))}
          </tbody>
        </table>
      )}
      {isSelected && <LeftPrograms moment={moment} />}
    </section>
  );
}

interface SlotProps {
  readonly moment: Moment;
  readonly slot: Slot;
  readonly place: number;
  readonly blamed: BlamedSlot | undefined;
  readonly change: ChangeKind | undefined;
  /** Its place is another one since the event. */
  readonly isMoved: boolean;
}

function SlotRow({ moment, slot, place, blamed, change, isMoved }: SlotProps) {
  const { nameOf, place: here } = moment;
  const own = moment.cgroup?.cgroup_id;
  const isSelected = here.program === slot.prog_id;
  return (
    <tr class={`${change ?? ''} ${isSelected ? 'selected' : ''}`}>
      <td class="number">
        {change !== undefined && <span class="sign">{SIGNS[change]}</span>}
        {change === undefined && isMoved && <span class="sign">↕</span>}
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

/** What the event took out of the array. */
function GoneRow(props: {
  readonly moment: Moment;
  readonly was: Slot | undefined;
  readonly place: number;
}) {
  const { moment, was, place } = props;
  if (was === undefined) return null;
  return (
    <tr class="removed">
      <td class="number">
        <span class="sign">{SIGNS.removed}</span>
        {place}
      </td>
      <td>
        <s>
          {was.prog_id} {moment.nameOf(was.prog_id) || <i>no name</i>}
        </s>
      </td>
      <td>{holderText(was)}</td>
      <td colSpan={2}>ran until this event</td>
    </tr>
  );
}

function Origin({ moment, id }: { readonly moment: Moment; readonly id: number | undefined }) {
  const path = moment.cgroup?.above.find(({ cgroup_id }) => cgroup_id === id)?.path;
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
  return <span class="holders">{holderNames(held).join(', ') || 'nobody but its cgroup'}</span>;
}
