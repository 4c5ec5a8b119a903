/** Why a program runs on a cgroup, or does not; and who put each program there. */

import { By } from '../arrays/by.tsx';
import type { Moment } from '../host/moment.ts';
import { SETTLED_MS } from '../host/moment.ts';
import { Note, RefusedNote } from '../note.tsx';
import type { Explanation } from '../service/answers.ts';
import { hostPath, withQuery } from '../service/ask.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go } from '../state/use-place.ts';
import { count } from '../state/words.ts';

export function Explain({ moment }: { readonly moment: Moment }) {
  const { place, host, at, array, programs } = moment;
  const { cgroup, type, program } = place;
  const path =
    cgroup === undefined || type === undefined || program === undefined
      ? undefined
      : withQuery(hostPath(host, '/explain'), { cgroup, attach_type: type, program, at });
  const { answer, refused, isOld } = useAnswer<Explanation>(path, {
    isFixed: true,
    waitMs: SETTLED_MS,
  });
  if (cgroup === undefined || type === undefined) {
    return (
      <Note title="Select a cgroup and an attach type">
        <p>Then choose a program: the answer says why it runs there, or why it does not.</p>
      </Note>
    );
  }
  const known = programs.answer?.items ?? [];
  return (
    <div class="explain">
      <h2 class="path">
        {cgroup} <span class="type">{type}</span>
      </h2>
      <label class="field">
        Program
        <select
          value={program === undefined ? '' : String(program)}
          onChange={({ currentTarget }) =>
            go({ program: currentTarget.value === '' ? undefined : Number(currentTarget.value) })
          }
        >
          <option value="">choose one …</option>
          {program !== undefined && !known.some(({ prog_id }) => prog_id === program) && (
            <option value={program}>{program} (not loaded now)</option>
          )}
          {known.map(({ prog_id, prog_name }) => (
            <option key={prog_id} value={prog_id}>
              {prog_id} {prog_name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        or its id
        <input
          inputMode="numeric"
          size={8}
          value={program ?? ''}
          onChange={({ currentTarget: { value } }) =>
            go({ program: /^[1-9]\d*$/.test(value) ? Number(value) : undefined })
          }
        />
      </label>
      {refused !== undefined && path !== undefined && <RefusedNote refused={refused} />}
      {answer !== undefined && path !== undefined && <Why answer={answer} isOld={isOld} at={at} />}
      <h3>Who put each program there</h3>
      <ol class="blame">
        {array.answer?.slots.map((slot) => (
          <li key={`${slot.cgroup_id} ${slot.index}`}>
            <button type="button" onClick={() => go({ program: slot.prog_id })}>
              {slot.prog_id} {slot.prog_name || <i>no name</i>}
            </button>{' '}
            loaded by <By event={slot.loaded_by} /> put there by <By event={slot.put_by} />
            {slot.updated_by !== undefined && (
              <>
                {' '}
                updated by <By event={slot.updated_by} />
              </>
            )}
          </li>
        ))}
      </ol>
      {array.answer?.slots.length === 0 && <p class="none">Nothing runs there.</p>}
    </div>
  );
}

function Why(props: {
  readonly answer: Explanation;
  readonly isOld: boolean;
  readonly at: number;
}) {
  const { answer, isOld, at } = props;
  const { effective, sentence, change, event, later_refusal } = answer;
  return (
    <div class={`why ${effective ? 'done' : 'missing'} ${isOld ? 'old' : ''}`}>
      <p>
        <span class={`tag ${effective ? 'done' : 'refusals'}`}>
          {effective ? 'runs' : 'does not run'}
        </span>{' '}
        at position {count(at)}
      </p>
      <p class="sentence">{sentence}</p>
      {change !== undefined && (
        <p>
          <b>To change that:</b> {change}
        </p>
      )}
      {event !== undefined && (
        <p>
          Because of <By event={event} /> {event.call}
        </p>
      )}
      {later_refusal !== undefined && (
        <p>
          A later attempt was refused: <By event={later_refusal} />
        </p>
      )}
    </div>
  );
}
