/** A tour of the demo: what a host can tell about an incident, step by step. */
import { useEffect } from 'preact/hooks';
import type { Place } from './state/place.ts';
import { go } from './state/use-place.ts';

interface Step {
  readonly title: string;
  readonly text: string;
  /** What is shown meanwhile. */
  readonly place: Partial<Place>;
}

const SCOPE = '/system.slice/docker-4f1c9e.scope';
const DEVICE = { cgroup: SCOPE, type: 'cgroup_device' } as const;

/** The story of the demo host. */
const STEPS: readonly Step[] = [
  {
    title: 'A container, and who may open which device',
    text: 'This host was recorded on a real kernel. Two programs, one of a container runtime and one of systemd, decide together which devices the container may open.',
    place: { ...DEVICE, at: undefined, view: 'arrays' },
  },
];

interface Props {
  /** From 1. */
  readonly step: number;
  readonly onStep: (step: number | undefined) => void;
}

export function Tour({ step, onStep }: Props) {
  const shown = STEPS[step - 1];
  useEffect(() => {
    if (shown !== undefined) go({ live: false, ...shown.place });
  }, [shown]);
  if (shown === undefined) return null;
  return (
    <aside class="tour" aria-label="Tour">
      <h2>{shown.title}</h2>
      <p>{shown.text}</p>
      <nav>
        <span class="id">
          {step} of {STEPS.length}
        </span>
        <button type="button" disabled={step === 1} onClick={() => onStep(step - 1)}>
          Back
        </button>
        {step < STEPS.length ? (
          <button type="button" class="first" onClick={() => onStep(step + 1)}>
            Next
          </button>
        ) : (
          <button type="button" class="first" onClick={() => onStep(undefined)}>
            Look around
          </button>
        )}
        <button type="button" aria-label="Close the tour" onClick={() => onStep(undefined)}>
          ×
        </button>
      </nav>
    </aside>
  );
}
