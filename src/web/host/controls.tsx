/** The bar of a host: where the reader is, and the buttons for the steps. */
import { useEffect, useState } from 'preact/hooks';
import { count, timeParts } from '../state/words.ts';
import { isTyping, KEYS } from './keys.ts';
import type { Moment } from './moment.ts';
import type { Stepper } from './stepper.ts';

interface ControlsProps {
  readonly moment: Moment;
  readonly step: Stepper;
  /** The stream of a live page is open. */
  readonly isOpen: boolean;
}

export function Controls({ moment, step, isOpen }: ControlsProps) {
  const { host, at, head, detail, event, place } = moment;
  const boot = detail.boots.findLast(({ position_from }) => position_from <= at);
  const time = event.answer === undefined ? undefined : timeParts(event.answer.at);
  return (
    <>
      <span class="crumb">{host}</span>
      <span class="release">
        {boot?.release ?? detail.release}
        {detail.boots.length > 1 && ` · boot ${boot?.boot}`}
      </span>
      <PositionForm at={at} head={head} onTo={step.to} />
      <time class="time" dateTime={event.answer?.at}>
        {time !== undefined && (
          <>
            {time.date} <b>{time.time}</b>
          </>
        )}
      </time>
      <div class="steps" role="toolbar" aria-label="Steps">
        <Button label="Previous event" keys="←" onClick={() => step.by(-1)}>
          ‹
        </Button>
        <Button label="Next event" keys="→" onClick={() => step.by(1)}>
          ›
        </Button>
        <Button
          label="‹ sel: previous event of the selection"
          keys="["
          onClick={() => step.touch(-1)}
        >
          ‹ sel
        </Button>
        <Button label="sel ›: next event of the selection" keys="]" onClick={() => step.touch(1)}>
          sel ›
        </Button>
        <Button label="Previous refusal" keys="R" onClick={() => step.seek('refusals', -1)}>
          ‹ ▲
        </Button>
        <Button label="Next refusal" keys="r" onClick={() => step.seek('refusals', 1)}>
          ▲ ›
        </Button>
        <Button label="Zoom in" keys="+" onClick={() => step.zoom(1 / 2)}>
          +
        </Button>
        <Button label="Zoom out" keys="−" onClick={() => step.zoom(2)}>
          −
        </Button>
        <Button label="all: the whole log" keys="0" onClick={() => step.whole()}>
          all
        </Button>
        <button
          type="button"
          class={`live ${place.live ? 'on' : ''}`}
          aria-pressed={place.live}
          title="Follow the log as it grows (l)"
          onClick={() => step.live(!place.live)}
        >
          {place.live && !isOpen ? 'Live …' : 'Live'}
        </button>
        <KeyList />
      </div>
      <span class="missed" role="status">
        {step.missed}
      </span>
    </>
  );
}

function Button(props: {
  readonly label: string;
  readonly keys: string;
  readonly onClick: () => void;
  readonly children: preact.ComponentChildren;
}) {
  const { label, keys, onClick, children } = props;
  return (
    <button type="button" aria-label={label} title={`${label} (${keys})`} onClick={onClick}>
      {children}
    </button>
  );
}

/** The position as a field: a number that is typed goes there. */
function PositionForm(props: {
  readonly at: number;
  readonly head: number;
  readonly onTo: (position: number) => void;
}) {
  const { at, head, onTo } = props;
  return (
    <form
      class="at"
      onSubmit={(event) => {
        event.preventDefault();
        const typed = new FormData(event.currentTarget).get('at');
        if (typeof typed === 'string' && /^\d+$/.test(typed)) onTo(Number(typed));
      }}
    >
      <label>
        <span class="sr">Go to position</span>
        <input
          name="at"
          inputMode="numeric"
          autocomplete="off"
          key={at}
          defaultValue={String(at)}
        />
      </label>
      <span class="of">of {count(head)}</span>
    </form>
  );
}

function KeyList() {
  const [isShown, show] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === '?' && !isTyping(event.target)) show((before) => !before);
      if (event.key === 'Escape') show(false);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  return (
    <span class="keys">
      <button
        type="button"
        aria-label="Keys"
        title="Keys (?)"
        aria-expanded={isShown}
        onClick={() => show(!isShown)}
      >
        ?
      </button>
      {isShown && (
        <dl class="key-list">
          {KEYS.map(([key, does]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      )}
    </span>
  );
}
