/** What a link asks for and the log does not have: the page says so, and offers what is nearest. */
import { useEffect } from 'preact/hooks';
import { Note, RefusedNote } from '../note.tsx';
import type { HostDetail, HostPage } from '../service/answers.ts';
import { type AskRefused, hostPath, withQuery } from '../service/ask.ts';
import { fragmentOf } from '../state/place.ts';
import { nearest, type Touches } from '../state/steps.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go } from '../state/use-place.ts';
import { count } from '../state/words.ts';
import type { Moment } from './moment.ts';

/** Hosts that are offered. */
const OFFERED_MAX = 5;
/** Characters of a name that a host must share to be offered. */
const ALIKE = 3;

/** There is no such host, or none that the reader may see. */
export function MissingHost({
  host,
  refused,
}: {
  readonly host: string;
  readonly refused: AskRefused;
}) {
  const asked = { search: host.slice(0, ALIKE), limit: OFFERED_MAX };
  const alike = useAnswer<HostPage>(
    refused.status === 404 ? withQuery('/v1/hosts', asked) : undefined,
  ).answer?.items;
  return (
    <main class="alone">
      <RefusedNote refused={refused} />
      {refused.status === 404 && (
        <Note title="Where to go">
          <p>
            <a href="#/">All hosts</a>
          </p>
          {alike !== undefined && alike.length > 0 && (
            <p>
              Names like it:{' '}
              {alike.map(({ name }) => (
                <a
                  key={name}
                  class="alike"
                  href={fragmentOf({ host: name, view: 'arrays', live: false })}
                >
                  {name}
                </a>
              ))}
            </p>
          )}
        </Note>
      )}
    </main>
  );
}

interface EndsProps {
  readonly detail: HostDetail;
}

function Ends({ detail }: EndsProps) {
  const at = (position: number) =>
    go({ at: position, when: undefined, live: false }, { isStep: true });
  return (
    <p class="offers">
      <button type="button" onClick={() => at(1)}>
        Go to the first event
      </button>
      <button type="button" onClick={() => at(detail.position)}>
        Go to the last event, {count(detail.position)}
      </button>
      <button type="button" onClick={() => go({ at: undefined, when: undefined, live: true })}>
        Follow the log
      </button>
    </p>
  );
}

/** A position after the head. */
export function Ahead(props: EndsProps & { readonly at: number; readonly onLook: () => void }) {
  const { detail, at, onLook } = props;
  // The head that is known may be some seconds old.
  useEffect(onLook, [at]);
  return (
    <main class="alone">
      <Note title={`There is no position ${count(at)} yet`}>
        <p>
          The log of {detail.name} ends at position {count(detail.position)}, recorded at{' '}
          {detail.recorded_at.replace('T', ' ')}.
        </p>
        <Ends detail={detail} />
      </Note>
    </main>
  );
}

/** A time or a boot: the position that it means is looked up, and is in the address from then on. */
export function When({ detail, when }: EndsProps & { readonly when: string }) {
  const { name } = detail;
  const { answer, refused, isOld } = useAnswer<HostDetail>(withQuery(hostPath(name), { at: when }));
  const found = isOld ? undefined : answer;
  useEffect(() => {
    if (found === undefined) return;
    const { position } = found;
    const note = `${when} is position ${count(position)}: the last event until then.`;
    go({ at: position, when: undefined, notes: [note] });
  }, [found, when]);
  if (refused === undefined) return <main class="alone" aria-busy="true" />;
  return (
    <main class="alone">
      <RefusedNote refused={refused} />
      <Note title={`“${when}” is not a moment of this log`}>
        <Ends detail={detail} />
      </Note>
    </main>
  );
}

/** The selected cgroup is not there at the moment. */
export function MissingCgroup(props: {
  readonly moment: Moment;
  readonly touches: Touches | undefined;
}) {
  const { moment, touches } = props;
  const { place, at, cgroups } = moment;
  const { cgroup = '' } = place;
  const positions = touches?.positions ?? [];
  const near = ([-1, 1] as const).flatMap((way) => nearest(positions, at, way) ?? []);
  const above = cgroups.answer?.sought?.path;
  return (
    <Note title={`There is no ${cgroup} at position ${count(at)}`}>
      <p>
        {near.length === 0
          ? 'No event in the shown part of this boot concerns it.'
          : 'The nearest events that concern it:'}
      </p>
      <p class="offers">
        {near.map((position) => (
          <button
            key={position}
            type="button"
            onClick={() => go({ at: position, live: false }, { isStep: true })}
          >
            Go to position {count(position)}
          </button>
        ))}
        {above !== undefined && (
          <button type="button" onClick={() => go({ cgroup: above })}>
            Select {above}, above it
          </button>
        )}
      </p>
    </Note>
  );
}

/** What the address has and the page does not show as it says. */
export function Notes({ moment }: { readonly moment: Moment }) {
  const { place, head } = moment;
  const { from = 1, to = from } = place;
  const beyond = Math.max(from, to) > head;
  const { notes = [] } = place;
  if (notes.length === 0 && !beyond) return null;
  return (
    <div class="notes" role="status">
      <ul>
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
        {beyond && (
          <li>
            The address asks for positions {count(from)} to {count(to)}; the log ends at{' '}
            {count(head)}.
          </li>
        )}
      </ul>
      <button
        type="button"
        aria-label="Close the note"
        onClick={() => go({ notes: undefined, ...(beyond && { from: undefined, to: undefined }) })}
      >
        ×
      </button>
    </div>
  );
}
