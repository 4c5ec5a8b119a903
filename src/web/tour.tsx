/** A tour of the demo: what a host can tell about an incident, step by step. */
import { useEffect } from 'preact/hooks';
import type { PagePlace } from './state/place.ts';
import { go } from './state/use-place.ts';

interface Step {
  readonly title: string;
  readonly text: string;
  /** What is shown meanwhile. */
  readonly place: Partial<PagePlace>;
}

const LINKS = { host: 'demo-links', type: 'cgroup_inet_egress', program: undefined } as const;

/** The story of the hosts of the demo (`src/cli/demo-links.ts`, and a recorded incident). */
const STEPS: readonly Step[] = [
  {
    title: 'Exclusive: nothing below may attach',
    text: 'A firewall attaches a program to /pods without a flag. The list is exclusive (▣): it takes one program, and no cgroup below may have one of its own.',
    place: { ...LINKS, at: 7, cgroup: '/pods', view: 'arrays' },
  },
  {
    title: 'So the agent is refused',
    text: 'An agent wants to count what /pods/web sends, by a link. The kernel refuses it, and the log keeps the refusal with its reason: that is the ▲ on the timeline. Press R and r to go from one to the next.',
    place: { ...LINKS, at: 9, cgroup: '/pods/web', view: 'arrays' },
  },
  {
    title: 'Override: below replaces above',
    text: 'The firewall attaches again with override (◪). Now the agent gets its link, and on /pods/web the firewall does not run any more. That is seldom what was meant: “Explain” says why for any program.',
    place: { ...LINKS, at: 12, cgroup: '/pods/web', view: 'explain', program: 1 },
  },
  {
    title: 'Multi: both run',
    text: 'With multi (▤) both run: first what is attached to the cgroup itself, then what it inherits (↑). A link is always multi.',
    place: { ...LINKS, at: 14, cgroup: '/pods/web', view: 'arrays' },
  },
  {
    title: 'A link belongs to who holds it',
    text: "The firewall gets an fd of the agent's program by its id, and tries to detach it. A program that a link attached is detached by nobody else: ENOENT.",
    place: { ...LINKS, at: 16, cgroup: '/pods/web', view: 'arrays' },
  },
  {
    title: 'Updated in place',
    text: 'The agent gives its link another program. In the lanes the new one takes the place of the old one from this event to the next: there is no gap in which nothing counts.',
    place: { ...LINKS, at: 18, cgroup: '/pods/web', view: 'lanes' },
  },
  {
    title: 'The cgroup goes, the link stays',
    text: 'The pod ends: rmdir detaches what was attached to it by itself. The link lives on without a cgroup, and its next update is refused with ENOLINK.',
    place: { ...LINKS, at: 20, cgroup: '/pods/web', view: 'lanes' },
  },
  {
    title: 'Held by an fd, then by a pin',
    text: 'The life of the link, below the lanes: made, updated, pinned, severed; its fd is closed, and it is freed with its last pin, now.',
    place: { ...LINKS, at: 23, cgroup: '/pods/web', view: 'lanes' },
  },
  {
    title: 'A recorded incident',
    text: 'This host was recorded on a real kernel. Two updaters replace one device filter, one right after the other. The second finds the old one gone (▲ at 19) and adds its own: from 20 on three filters run where two are meant. The lanes show it, and who did it.',
    place: {
      ...{ host: 'demo', at: 20, cgroup: '/system.slice/docker-4f1c9e.scope' },
      ...{ type: 'cgroup_device', view: 'lanes', program: undefined },
    },
  },
];

interface TourProps {
  /** From 1. */
  readonly step: number;
  readonly onStep: (step: number | undefined) => void;
}

export function Tour({ step, onStep }: TourProps) {
  const shown = STEPS[step - 1];
  useEffect(() => {
    if (shown !== undefined) go({ live: false, from: undefined, to: undefined, ...shown.place });
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
