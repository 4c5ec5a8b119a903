/** The questions about a moment, one at a time. */
import type { ComponentChildren } from 'preact';
import { Arrays } from '../arrays/arrays.tsx';
import { Lanes } from '../lanes/lanes.tsx';
import { DiffView } from '../questions/diff.tsx';
import { Explain } from '../questions/explain.tsx';
import { PlanView } from '../questions/plan.tsx';
import { ReplayView } from '../questions/replay.tsx';
import { VIEWS, type View } from '../state/place.ts';
import type { Touches } from '../state/steps.ts';
import { go } from '../state/use-place.ts';
import { MissingCgroup } from './missing.tsx';
import type { Moment } from './moment.ts';

const TITLES: Readonly<Record<View, string>> = {
  arrays: 'Arrays',
  lanes: 'Lanes',
  explain: 'Explain',
  diff: 'Diff',
  plan: 'Plan',
  replay: 'Replay',
};

/** Views of the selected cgroup as it is at the moment. */
const NEEDS_CGROUP: ReadonlySet<View> = new Set(['arrays', 'explain']);

interface PanelProps {
  readonly moment: Moment;
  readonly touches: Touches | undefined;
  /** Told the positions that another release answers differently. */
  readonly onDifferences: (positions: readonly number[]) => void;
}

export function Panel({ moment, touches, onDifferences }: PanelProps) {
  const { view } = moment.place;
  // The lanes also tell of what is not there any more, if it ever was.
  const isMissing =
    moment.isGone &&
    (NEEDS_CGROUP.has(view) || (view === 'lanes' && touches?.positions.length === 0));
  const shown: Readonly<Record<View, () => ComponentChildren>> = {
    arrays: () => <Arrays moment={moment} />,
    lanes: () => <Lanes moment={moment} />,
    explain: () => <Explain moment={moment} />,
    diff: () => <DiffView moment={moment} />,
    plan: () => <PlanView moment={moment} />,
    replay: () => <ReplayView moment={moment} onDifferences={onDifferences} />,
  };
  return (
    <section class="panel" aria-label="Questions">
      <div class="tabs" role="tablist" aria-label="Questions">
        {VIEWS.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={view === name}
            aria-controls="shown"
            onClick={() => go({ view: name })}
          >
            {TITLES[name]}
          </button>
        ))}
      </div>
      <div id="shown" class="shown" role="tabpanel" aria-labelledby={`tab-${view}`}>
        {isMissing ? <MissingCgroup {...{ moment, touches }} /> : shown[view]()}
      </div>
    </section>
  );
}
