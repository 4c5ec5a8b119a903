/** What several releases would have answered to the calls of a host: a row a call, a column a release. */
import { type Room, tableLines } from './table.ts';

interface ReplayedAnswer {
  readonly ret?: number;
  readonly errno?: string;
}

export interface Differing {
  readonly event: {
    readonly position: number;
    readonly call: { readonly name: string };
    readonly outcome: ReplayedAnswer;
  };
  readonly replayed: { readonly outcome: ReplayedAnswer };
}

/** A release, and the calls that it answers differently. */
export interface ReplayedOn {
  readonly release: string;
  readonly differences: readonly Differing[];
}

/** The answer of a release that is the recorded one. */
const SAME = '·';

/** The lines of the table: calls that any release answers differently, by position. */
export function matrixOf(replays: readonly ReplayedOn[], room: Room): string[] {
  const events = new Map<number, Differing['event']>();
  for (const { differences } of replays) {
    for (const { event } of differences) events.set(event.position, event);
  }
  const rows = [...events.values()]
    .sort((a, b) => a.position - b.position)
    .map(({ position, call, outcome }) => [
      String(position),
      call.name,
      answerText(outcome),
      ...replays.map(({ differences }) => {
        const differing = differences.find(({ event }) => event.position === position);
        return differing === undefined ? SAME : answerText(differing.replayed.outcome, outcome);
      }),
    ]);
  const counts = replays.map(({ differences }) => String(differences.length));
  const columns = [
    { title: 'position' },
    { title: 'call', cut: { at: 'end', to: 11 } },
    { title: 'recorded' },
    ...replays.map(({ release }) => ({ title: release, cut: { at: 'end', to: 6 } }) as const),
  ] as const;
  return tableLines(columns, [...rows, ['', 'differences', '', ...counts]], room);
}

function answerText({ errno, ret }: ReplayedAnswer, recorded?: ReplayedAnswer): string {
  const text = errno ?? String(ret);
  // The answer is the same, and what followed from it is not.
  return recorded?.errno === errno && recorded?.ret === ret ? `${text} otherwise` : text;
}
