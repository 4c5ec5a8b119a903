/** One host: the timeline on top; below it the tree, the questions, and the event of the moment. */
import { useEffect, useState } from 'preact/hooks';
import { EventPanel } from '../event/event.tsx';
import { TopBar } from '../head.tsx';
import { Note, RefusedNote } from '../note.tsx';
import type { HostDetail } from '../service/answers.ts';
import { hostPath } from '../service/ask.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go, usePlace } from '../state/use-place.ts';
import { Timeline } from '../timeline/timeline.tsx';
import { Tour } from '../tour.tsx';
import { Tree } from '../tree/tree.tsx';
import { Controls } from './controls.tsx';
import { useKeys } from './keys.ts';
import { useLive } from './live.ts';
import { type Moment, useMoment } from './moment.ts';
import { Panel } from './panel.tsx';
import { useStepper } from './stepper.ts';
import { useTouches } from './touches.ts';

/** Milliseconds after which a head that nobody follows is asked for again. */
const AGAIN_MS = 15_000;

export function Host({ host }: { readonly host: string }) {
  const [version, setVersion] = useState(0);
  const { answer, refused } = useAnswer<HostDetail>(hostPath(host), { version });
  useEffect(() => {
    document.title = `${host} · bpfledger`;
    const timer = setInterval(() => setVersion((n) => n + 1), AGAIN_MS);
    return () => clearInterval(timer);
  }, [host]);
  if (answer === undefined) {
    return (
      <>
        <TopBar>
          <span class="crumb">{host}</span>
        </TopBar>
        <main class="alone">
          {refused !== undefined && <RefusedNote refused={refused} />}
          {refused?.status === 404 && (
            <Note title="Where to go">
              <p>
                <a href="#/">All hosts</a>
              </p>
            </Note>
          )}
        </main>
      </>
    );
  }
  return <Known detail={answer} onMoved={() => setVersion((n) => n + 1)} />;
}

function Known(props: { readonly detail: HostDetail; readonly onMoved: () => void }) {
  const place = usePlace();
  const live = useLive(props.detail, place.live, props.onMoved);
  const [under, searchUnder] = useState<string | undefined>();
  const [differences, setDifferences] = useState<readonly number[]>([]);
  const moment = useMoment(place, live.detail, under);
  const touches = useTouches(moment);
  const step = useStepper(moment, touches);
  useKeys(moment, step);
  return (
    <>
      <TopBar>
        <Controls moment={moment} step={step} isOpen={live.isOpen} />
      </TopBar>
      <Timeline
        timeline={moment.timeline.answer}
        span={moment.span}
        head={moment.head}
        at={moment.at}
        boots={moment.detail.boots}
        touches={touches?.positions ?? []}
        differences={place.view === 'replay' ? differences : []}
        mark={place.mark}
        onScrub={step.to}
        onSpan={step.show}
      />
      <main class="host">
        <Tree moment={moment} under={under} onUnder={searchUnder} />
        <Panel moment={moment} onDifferences={setDifferences} />
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
