// The page of an incident in docs/incidents.

import type { Incident } from '../../src/recorders/golden/incidents.ts';

interface Told {
  readonly incident: Incident;
  /** The command line, without `bpfledger`. */
  readonly typed: string;
  readonly printed: string;
  /** The fragment of the page's address that shows the moment at which it went wrong. */
  readonly fragment: string;
}

/** The text of a page. */
export function pageOf({ incident, typed, printed, fragment }: Told): string {
  const { scenario, about, question, answer, source, kernel } = incident.header;
  return `# ${scenario}

${about}

Told in ${source.join(', ')}; the calls were made on Linux ${kernel}.

**Question.** ${question}

\`\`\`sh
npx bpfledger incident ${scenario}   # makes the host and records the calls on it
npx bpfledger ${typed}
\`\`\`

\`\`\`text
${printed.trimEnd()}
\`\`\`

**Answer.** ${answer}

**See it.** The moment at which it went wrong, on the [page](../page.md) of a service on this machine:
<http://127.0.0.1:8080/${fragment}>

Step N of the answer is position N + 2: position 1 is the boot, and steps count from 0.
`;
}

/** What people see first, and the incidents in which it was seen. */
const SYMPTOMS: readonly (readonly [symptom: string, incidents: readonly string[]])[] = [
  [
    'my program is gone',
    [
      'agent-detaches-foreign-programs',
      'gpu-rule-lost-on-container-update',
      'daemon-reload-gap',
      'reexec-drops-filters',
      'ctlb-stops-at-every-restart',
      'hotplug-drops-passthrough-devices',
      'pins-go-with-the-mount',
      'attach-without-flags-replaces',
    ],
  ],
  [
    'two filters, where one is meant',
    [
      'two-updaters-race-on-replace',
      'replace-flag-lost-appends-silently',
      'legacy-attach-survives-its-process',
      'same-program-three-ways',
      'closer-detaches-with-flags',
      'mount-hides-the-pins',
    ],
  ],
  [
    'EPERM on attach',
    [
      'exclusive-parent-blocks-subtree',
      'link-and-legacy-flag-mix',
      'attach-without-flags-replaces',
    ],
  ],
  ['E2BIG on attach', ['device-prog-leak-e2big']],
  ['ENOLINK on update', ['pinned-link-outlives-its-cgroup', 'links-pinned-on-a-dying-cgroup']],
  [
    'a pin is not where it was',
    ['attached-but-the-pin-is-missing', 'mount-hides-the-pins', 'pins-go-with-the-mount'],
  ],
  ['EBADF, and the descriptor is open', ['wrong-directory-fd']],
  [
    'EINVAL, and the flags look right',
    [
      'flag-errors',
      'ordering-before-preorder-revision',
      'link-create-takes-no-mode',
      'closer-detaches-with-flags',
    ],
  ],
  [
    'the detach does not take it away',
    ['link-not-removable-by-prog-detach', 'closer-detaches-with-flags'],
  ],
  ['devices are denied to the wrong ones', ['device-filter-lands-on-the-session']],
  [
    'success, and nothing happens',
    [
      'no-error-no-effect',
      'attach-failure-reported-as-success',
      'reloaded-but-hooks-run-old-programs',
      'override-child-replaces-parent-verdict',
      'attached-to-the-agents-own-cgroup',
      'links-pinned-on-a-dying-cgroup',
    ],
  ],
  [
    'the order is wrong',
    ['attach-order-inversion-on-upgrade', 'start-order-decides-who-runs-first'],
  ],
  [
    'a listing stops half way, or is unclear',
    ['tree-walk-unknown-type', 'tree-walk-vanished-cgroup', 'unnamed-programs'],
  ],
  ['a cgroup cannot be removed', ['cgroups-leak-with-their-programs']],
  ['a probe finds the wrong features', ['feature-probe-misread', 'query-writes-past-attr']],
];

/** The table of contents. */
export function contentsOf(incidents: readonly Incident[]): string {
  const rows = incidents.map(
    ({ header: { scenario, question } }) => `| [${scenario}](${scenario}.md) | ${question} |`,
  );
  return `# Incidents

Public bug reports around cgroup BPF, re-told call by call on a real kernel, each with the question
that could not be answered at the time and the one command that answers it. \`npx bpfledger incident
NAME\` lets a host of your own service live through one. \`npm run incidents\` writes these pages.

## By symptom

| you see | it was |
|---|---|
${bySymptom(incidents).join('\n')}

## All

| incident | question |
|---|---|
${rows.join('\n')}
`;
}

/** Every incident is found by a symptom. */
function bySymptom(incidents: readonly Incident[]): string[] {
  const names = incidents.map(({ header }) => header.scenario);
  const placed = SYMPTOMS.flatMap(([, some]) => some);
  for (const name of [...names, ...placed]) {
    if (!placed.includes(name)) throw new Error(`no symptom leads to ${name}`);
    if (!names.includes(name)) throw new Error(`there is no incident ${name}`);
  }
  return SYMPTOMS.map(
    ([symptom, some]) =>
      `| ${symptom} | ${some.map((name) => `[${name}](${name}.md)`).join(', ')} |`,
  );
}
