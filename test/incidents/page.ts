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

/** The table of contents. */
export function contentsOf(incidents: readonly Incident[]): string {
  const rows = incidents.map(
    ({ header: { scenario, question } }) => `| [${scenario}](${scenario}.md) | ${question} |`,
  );
  return `# Incidents

Public bug reports around cgroup BPF, re-told call by call on a real kernel, each with the question
that could not be answered at the time and the one command that answers it. \`npx bpfledger incident
NAME\` lets a host of your own service live through one. \`npm run incidents\` writes these pages.

| incident | question |
|---|---|
${rows.join('\n')}
`;
}
