/** One host: the timeline on top; below it the tree, the questions, and the event of the moment. */
import { useEffect, useState } from 'preact/hooks';
import { EventPanel } from '../event/event.tsx';
import { TopBar } from '../head.tsx';
import { legible } from '../legible.ts';
import { RefusedNote } from '../note.tsx';
import type { HostDetail } from '../service/answers.ts';
import { hostPath } from '../service/ask.ts';
import type { PagePlace } from '../state/place.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go, usePlace } from '../state/use-place.ts';
import { Timeline } from '../timeline/timeline.tsx';
import { Tour } from '../tour.tsx';
import { type Looked, wholeTree } from '../tree/outline.ts';
import { Tree } from '../tree/tree.tsx';
import { askForFirst, useAhead } from './ahead.ts';
import { Controls } from './controls.tsx';
import { useKeys } from './keys.ts';
import { useLive } from './live.ts';
import { Ahead, MissingHost, Notes, When } from './missing.tsx';
import { type Moment, useMoment } from './moment.ts';
import { Panel } from './panel.tsx';
import { useStepper } from './stepper.ts';
import { useTouches } from './touches.ts';

const NONE: readonly number[] = [];

/** Milliseconds after which a head that nobody follows is asked for again. */
const AGAIN_MS = 15_000;

export function Host({ host }: { readonly host: string }) {
  const [version, setVersion] = useState(0);
  const place = usePlace();
  const [looked, look] = useState(wholeTree);
  useState(() => askForFirst(host, place, looked));
  const { answer, refused } = useAnswer<HostDetail>(hostPath(host), { version });
  useEffect(() => {
    document.title = legible(`${host} · bpfledger`);
    const timer = setInterval(() => setVersion((n) => n + 1), AGAIN_MS);
    return () => clearInterval(timer);
  }, [host]);
  if (answer === undefined) {
    return (
      <>
        <TopBar>
          <span class="crumb">{host}</span>
        </TopBar>
        {refused !== undefined && <MissingHost {...{ host, refused }} />}
      </>
    );
  }
  return (
    <HostBody
      detail={answer}
      {...{ looked }}
      onLooked={look}
      onMoved={() => setVersion((n) => n + 1)}
    />
  );
}

function HostBody(props: {
  readonly detail: HostDetail;
  readonly looked: Looked;
  readonly onLooked: (looked: Looked) => void;
  readonly onMoved: () => void;
}) {
  const place = usePlace();
  const { looked, onLooked } = props;
  const { at, when } = place;
  const { detail, isOpen } = useLive(props.detail, place.live, props.onMoved);
  const isAhead = at !== undefined && at > detail.position;
  if (when === undefined && !isAhead)
    return <HostViews {...{ place, detail, looked, onLooked, isOpen }} />;
  return (
    <>
      <TopBar>
        <span class="crumb">{detail.name}</span>
      </TopBar>
      {when !== undefined && <When {...{ detail, when }} />}
      {isAhead && <Ahead {...{ detail, at }} onLook={props.onMoved} />}
    </>
  );
}

interface ShownProps {
  readonly place: PagePlace;
  readonly detail: HostDetail;
  readonly looked: Looked;
  readonly onLooked: (looked: Looked) => void;
  /** The stream of a live page is open. */
  readonly isOpen: boolean;
}

function HostViews({ place, detail, looked, onLooked, isOpen }: ShownProps) {
  const [differences, setDifferences] = useState<readonly number[]>([]);
  const moment = useMoment(place, detail, looked);
  const touches = useTouches(moment);
  useAhead(moment, looked);
  const step = useStepper(moment, touches);
  useKeys(moment, step);
  return (
    <>
      <TopBar>
        <Controls moment={moment} step={step} isOpen={isOpen} />
      </TopBar>
      <Notes moment={moment} />
      <Timeline
        timeline={moment.timeline.answer}
        span={moment.span}
        log={moment.log}
        at={moment.at}
        boots={moment.detail.boots}
        touches={touches?.positions ?? NONE}
        differences={place.view === 'replay' ? differences : NONE}
        mark={place.mark}
        onScrub={step.to}
        onSpan={step.show}
      />
      <main class="host">
        <Tree {...{ moment, looked, onLooked }} />
        <Panel moment={moment} touches={touches} onDifferences={setDifferences} />
        <EventPanel moment={moment} />
      </main>
      <Trouble moment={moment} />
      {place.tour !== undefined && (
        <Tour step={place.tour} onStep={(tour) => go({ tour }, { isStep: true })} />
      )}
    </>
  );
}

/** What went wrong with a question that the whole view needs. */
function Trouble({ moment }: { readonly moment: Moment }) {
  const refused = [moment.timeline, moment.event, moment.cgroups, moment.programs].find(
    (one) => one.refused !== undefined,
  )?.refused;
  return refused === undefined ? null : (
    <div class="trouble">
      <RefusedNote refused={refused} />
    </div>
  );
}
