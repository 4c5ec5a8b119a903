/** Two moments, and what differs between them. */

import { Changes } from '../event/array-changes.tsx';
import { callName } from '../event/call-text.ts';
import type { Moment } from '../host/moment.ts';
import { SETTLED_MS } from '../host/moment.ts';
import { Note, RefusedNote } from '../note.tsx';
import type { Diff } from '../service/answers.ts';
import { hostPath, withQuery } from '../service/ask.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go } from '../state/use-place.ts';
import { count, countText, shortType } from '../state/words.ts';
import { Sides } from './sides.tsx';

const TABLES = ['cgroups', 'programs', 'links', 'maps', 'bpffs', 'processes'] as const;
/** Arrays, and rows of a table, that are shown. */
const SHOWN_MAX = 50;

export function DiffView({ moment }: { readonly moment: Moment }) {
  const { place, host, at } = moment;
  const { mark } = place;
  const isAsked = mark !== undefined && mark !== at;
  const [from, to] = mark === undefined || mark < at ? [mark, at] : [at, mark];
  const { answer, refused, isOld } = useAnswer<Diff>(
    isAsked ? withQuery(hostPath(host, '/diff'), { from, to }) : undefined,
    { isFixed: true, waitMs: SETTLED_MS },
  );
  return (
    <div class="diff">
      <p class="ends">
        <label class="field">
          A
          <input
            inputMode="numeric"
            size={8}
            aria-label="Moment A"
            value={mark ?? ''}
            placeholder="position"
            onChange={({ currentTarget: { value } }) =>
              go({ mark: /^[1-9]\d*$/.test(value) ? Number(value) : undefined })
            }
          />
        </label>
        <button type="button" onClick={() => go({ mark: at })}>
          Set A to {count(at)}
        </button>
        <span>
          B is position <b>{count(at)}</b>
        </span>
      </p>
      {!isAsked && (
        <Note title="Set A, then step on">
          <p>What differs between A and the moment that the timeline shows appears here.</p>
        </Note>
      )}
      {refused !== undefined && isAsked && <RefusedNote refused={refused} />}
      {isAsked && answer !== undefined && (
        <div class={isOld ? 'old' : ''}>
          <h3>
            Effective arrays <span class="sum">{count(answer.effective.length)}</span>
          </h3>
          {answer.effective.length === 0 && <p class="none">All the same.</p>}
          {answer.effective.slice(0, SHOWN_MAX).map((array) => (
            <div key={`${array.cgroup_id} ${array.attach_type}`} class="array-change">
              <h4>
                <button
                  type="button"
                  onClick={() => go({ cgroup: array.path, type: String(array.attach_type) })}
                >
                  {array.path}
                </button>{' '}
                <span class="type">{shortType(array.attach_type)}</span>
                <Because positions={array.because} />
              </h4>
              <Changes changes={array.slots} nameOf={namesIn(answer, moment)} />
              {array.same_in.length > 0 && (
                <p class="none">The same in {countText(array.same_in.length, 'cgroup')} below.</p>
              )}
            </div>
          ))}
          {place.cgroup !== undefined && place.type !== undefined && (
            <Sides {...{ host, to }} from={from ?? to} cgroup={place.cgroup} type={place.type} />
          )}
          <h3>Objects</h3>
          <table class="objects">
            <thead>
              <tr>
                <th scope="col">kind</th>
                <th scope="col" class="number">
                  added
                </th>
                <th scope="col" class="number">
                  removed
                </th>
                <th scope="col" class="number">
                  changed
                </th>
              </tr>
            </thead>
            <tbody>
              {TABLES.map((table) => (
                <tr key={table}>
                  <th scope="row">{table}</th>
                  <Sum n={answer[table].added.length} kind="added" />
                  <Sum n={answer[table].removed.length} kind="removed" />
                  <Sum n={answer[table].changed.length} kind="" />
                </tr>
              ))}
            </tbody>
          </table>
          <h3>
            Events behind it <span class="sum">{count(answer.events.length)}</span>
          </h3>
          <ol class="events">
            {answer.events.slice(-SHOWN_MAX).map((event) => (
              <li key={event.position}>
                <button type="button" onClick={() => go({ at: event.position, live: false })}>
                  {count(event.position)}
                </button>{' '}
                {event.comm}[{event.pid}] <code>{callName(event.call)}</code>
              </li>
            ))}
          </ol>
        </div>
      )}
    </div>
  );
}

/** A number with its colour, unless it is nothing. */
function Sum({ n, kind }: { readonly n: number; readonly kind: string }) {
  return <td class={`number ${n === 0 ? 'none' : kind}`}>{count(n)}</td>;
}

/** Names of programs, also of those that were there at one of the two moments only. */
function namesIn({ programs }: Diff, { nameOf }: Moment): (program: number) => string {
  const names = new Map(
    [...programs.added, ...programs.removed].map((one) => [one.prog_id, one.prog_name]),
  );
  return (program) => names.get(program) ?? nameOf(program);
}

/** The events that made a change. */
function Because({ positions }: { readonly positions: readonly number[] }) {
  return (
    <span class="because">
      {positions.slice(-6).map((position) => (
        <button
          key={position}
          type="button"
          title={`because of event ${position}`}
          onClick={() => go({ at: position, live: false })}
        >
          {count(position)}
        </button>
      ))}
    </span>
  );
}
