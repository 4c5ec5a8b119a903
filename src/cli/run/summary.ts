/** What a run came to: how many calls, which refusals by which rules, and what nobody answered. */
import { isRefusal, type Refusal } from '../../domain/outcome.ts';
import type { Made } from '../../sandbox/world.ts';
import { outcomeText } from './trace.ts';

/** Lines of refusals that are printed, the most frequent first. */
const REFUSALS_MAX = 20;

interface Told {
  readonly mades: readonly Made[];
  /** Threads that made 32-bit calls. */
  readonly foreign: number;
  /** Calls that the model does not know, and how often each was made. */
  readonly unmodelled: ReadonlyMap<string, number>;
}

/** The lines of the summary; one when nothing was refused. */
export function summaryLines(release: string, { mades, foreign, unmodelled }: Told): string[] {
  const asked = mades.filter((made) => made.asked !== undefined);
  const refusals = new Map<string, number>();
  for (const { call, decision } of asked) {
    if (!isRefusal(decision.outcome) || isEndOfWalk(decision.outcome)) continue;
    const text = `${call.name}: ${outcomeText({ ...decision.outcome })}`;
    refusals.set(text, (refusals.get(text) ?? 0) + 1);
  }
  const refused = [...refusals.values()].reduce((sum, count) => sum + count, 0);
  const listed = [...refusals].sort(([, a], [, b]) => b - a);
  return [
    `bpfledger: ${asked.length} calls on ${release}, ${refused} refused`,
    ...listed.slice(0, REFUSALS_MAX).map(([text, count]) => `  ${times(count)}${text}`),
    ...(listed.length > REFUSALS_MAX ? [`  and ${listed.length - REFUSALS_MAX} others`] : []),
    ...[...unmodelled].map(([what, count]) => `  ${times(count)}not modelled: ${what}`),
    ...(foreign > 0 ? [`  ${foreign} threads made 32-bit calls, which nobody answers here`] : []),
  ];
}

/** The last step of every walk over ids or keys. */
function isEndOfWalk({ rule }: Refusal): boolean {
  return rule === 'no-id-after' || rule === 'no-next-key';
}

function times(count: number): string {
  return count === 1 ? '' : `${count} times `;
}
