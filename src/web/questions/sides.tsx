/** The selected effective array at two moments, side by side. */
import { By } from '../arrays/by.tsx';
import { SETTLED_MS } from '../host/moment.ts';
import type { BlamedSlot, EffectiveArray } from '../service/answers.ts';
import { hostPath, withQuery } from '../service/ask.ts';
import { useAnswer } from '../state/use-answer.ts';
import { count, holderText } from '../state/words.ts';

interface SidesProps {
  readonly host: string;
  readonly cgroup: string;
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

export function Sides({ host, cgroup, type, from, to }: SidesProps) {
  const before = useArray({ host, cgroup, type }, from);
  const after = useArray({ host, cgroup, type }, to);
  return (
    <section aria-label="Side by side">
      <h3>
        {cgroup} <span class="type">{type}</span>
      </h3>
      <div class="sides">
        <Side title={`at ${count(from)}`} slots={before} others={after} sign="−" />
        <Side title={`at ${count(to)}`} slots={after} others={before} sign="+" />
      </div>
    </section>
  );
}

/** The slots of the array at a position; none where there is no such cgroup. */
function useArray(
  { host, cgroup, type }: Pick<SidesProps, 'host' | 'cgroup' | 'type'>,
  at: number,
): readonly BlamedSlot[] {
  const path = withQuery(hostPath(host, '/effective'), { cgroup, attach_type: type, at });
  const { answer, refused } = useAnswer<EffectiveArray>(path, {
    isFixed: true,
    waitMs: SETTLED_MS,
  });
  return refused === undefined ? (answer?.slots ?? []) : [];
}

const keyOf = ({ prog_id, link_id, cgroup_id }: BlamedSlot): string =>
  `${prog_id} ${link_id ?? ''} ${cgroup_id}`;

function Side(props: {
  readonly title: string;
  readonly slots: readonly BlamedSlot[];
  readonly others: readonly BlamedSlot[];
  /** Marks what the other side lacks. */
  readonly sign: '+' | '−';
}) {
  const { title, slots, others, sign } = props;
  const there = new Set(others.map(keyOf));
  return (
    <div>
      <h5>{title}</h5>
      {slots.length === 0 && <p class="none">empty</p>}
      <ol>
        {slots.map((slot, i) => {
          const isAlone = !there.has(keyOf(slot));
          return (
            <li
              key={`${i} ${keyOf(slot)}`}
              class={isAlone ? (sign === '+' ? 'added' : 'removed') : ''}
            >
              <span class="sign">{isAlone ? sign : ' '}</span>
              {slot.prog_id} {slot.prog_name || <i>no name</i>}{' '}
              <span class="id">{holderText(slot)}</span>{' '}
              <By event={slot.updated_by ?? slot.put_by} />
            </li>
          );
        })}
      </ol>
    </div>
  );
}
