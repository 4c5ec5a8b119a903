/** The recorded calls under another release: which of them its kernel answers differently. */
import { useEffect, useState } from 'preact/hooks';
import { callName } from '../event/call-text.ts';
import { OutcomeLine } from '../event/event.tsx';
import type { Moment } from '../host/moment.ts';
import { Note, RefusedNote } from '../note.tsx';
import type { ReleaseList, Replay } from '../service/answers.ts';
import { AskRefused, hostPath, tell } from '../service/ask.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go } from '../state/use-place.ts';
import { count, countText } from '../state/words.ts';

interface ReplayProps {
  readonly moment: Moment;
  readonly onDifferences: (positions: readonly number[]) => void;
}

export function ReplayView({ moment, onDifferences }: ReplayProps) {
  const { host, head, place, detail } = moment;
  const { release } = place;
  const releases = useAnswer<ReleaseList>('/v1/releases', { isFixed: true });
  const [replay, setReplay] = useState<Replay | undefined>();
  const [refused, setRefused] = useState<AskRefused | undefined>();
  const [isAsking, setAsking] = useState(false);

  useEffect(() => {
    setReplay(undefined);
    setRefused(undefined);
    onDifferences([]);
    if (release === undefined) return;
    const over = new AbortController();
    setAsking(true);
    tell<Replay>(hostPath(host, '/replays'), { release, at: head, limit: 1000 }, over.signal)
      .then(
        (answer) => {
          setReplay(answer);
          onDifferences(answer.items.map(({ event }) => event.position));
        },
        (error: unknown) => {
          if (!over.signal.aborted && error instanceof AskRefused) setRefused(error);
        },
      )
      .finally(() => {
        if (!over.signal.aborted) setAsking(false);
      });
    return () => over.abort();
  }, [host, release, head, onDifferences]);

  return (
    <div class="replay">
      <label class="field">
        What would
        <select
          aria-label="Release"
          value={release ?? ''}
          onChange={({ currentTarget: { value } }) =>
            go({ release: value === '' ? undefined : value })
          }
        >
          <option value="">choose a release …</option>
          {releases.answer?.items.map((one) => (
            <option key={one.id} value={one.id}>
              {one.id}
            </option>
          ))}
        </select>
        have answered? Recorded: {detail.release}.
      </label>
      {isAsking && <p class="none">Deciding {countText(head, 'call')} again …</p>}
      {refused !== undefined && <RefusedNote refused={refused} />}
      {replay !== undefined && <Differences replay={replay} />}
    </div>
  );
}

function Differences({ replay }: { readonly replay: Replay }) {
  const { items, release, compared_to, next } = replay;
  if (items.length === 0) {
    return (
      <Note title={`${release} answers every call the same`}>
        <p>Up to position {count(compared_to)}.</p>
      </Note>
    );
  }
  return (
    <>
      <p>
        {release} answers {countText(items.length, 'call')} differently, up to position{' '}
        {count(compared_to)}
        {next !== undefined && ' (there is more after it)'}. They are on the timeline.
      </p>
      <ol class="differences">
        {items.map(({ event, sentence, because, switches }) => (
          <li key={event.position} class={because === 'earlier' ? 'later' : ''}>
            <button
              type="button"
              onClick={() => go({ at: event.position, live: false }, { isStep: true })}
            >
              {count(event.position)}
            </button>{' '}
            <code>{callName(event.call.name)}</code>
            <OutcomeLine outcome={event.outcome} />
            <p class="sentence">{sentence}</p>
            {switches.map((one) => (
              <p key={one.name} class="none">
                <code>{one.name}</code> {one.sentence}
              </p>
            ))}
            {because === 'earlier' && <p class="none">Follows from an earlier difference.</p>}
          </li>
        ))}
      </ol>
    </>
  );
}
