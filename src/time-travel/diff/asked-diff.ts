/** The difference of two moments of one log: the states, and the events in between. */

import type { Kernel } from '../../domain/kernel.ts';
import type { Log } from '../../events/log.ts';
import { fold } from '../../events/reading/host-state.ts';
import { inTurns, Pace, type Pausing, walk } from '../../events/turns.ts';
import { stateOf, type WorldState } from '../../projections/state.ts';
import { eventsBetween } from '../log-pages.ts';
import { QuestionLimit } from '../question-limit.ts';
import type { EventRef } from '../wording/event-ref.ts';
import { Causes } from './causes.ts';
import type { Caused } from './rows.ts';
import { diffStates, type StateDiff } from './state-diff.ts';

/** Events between the two moments. */
const DIFF_EVENTS_MAX = 200_000;

export interface AskedDiff {
  readonly diff: StateDiff;
  /** The events that the changes name, by position. */
  readonly events: readonly EventRef[];
  /** Names of the programs of both states. */
  readonly names: ReadonlyMap<number, string>;
}

/**
 * What changed from one position to a later one, and because of which events.
 *
 * @throws QuestionLimit when there are too many events in between
 */
export async function answerDiff(
  log: Log,
  host: string,
  { from, to }: { readonly from: number; readonly to: number },
  signal?: AbortSignal,
): Promise<AskedDiff> {
  refuseFar({ from, to });
  const { kernel } = await log.kernelAt(host, from);
  const before = await inTurns(stateOf(kernel), signal);
  return diffFrom(log, { before, kernel }, { host, from, to }, signal);
}

/**
 * How a host's state differs from that of another one with which it shares its log up to a
 * position, and because of which of its own events since.
 *
 * @throws QuestionLimit when the host has too many events of its own
 */
export async function diffAgainst(
  log: Log,
  { host, to, shared }: { readonly host: string; readonly to: number; readonly shared: number },
  against: { readonly host: string; readonly position: number },
  signal?: AbortSignal,
): Promise<AskedDiff> {
  const from = Math.min(shared, to);
  refuseFar({ from, to });
  const there = await log.kernelAt(against.host, against.position);
  const before = await inTurns(stateOf(there.kernel), signal);
  const { kernel } = await log.kernelAt(host, from);
  return diffFrom(log, { before, kernel }, { host, from, to }, signal);
}

/**
 * @param kernel the state of the host at `from`, which is folded
 * @param before what the state at `to` is compared with
 */
async function diffFrom(
  log: Log,
  { before, kernel }: { readonly before: WorldState; readonly kernel: Kernel },
  { host, from, to }: { readonly host: string; readonly from: number; readonly to: number },
  signal?: AbortSignal,
): Promise<AskedDiff> {
  const causes = new Causes();
  const pace = new Pace();
  for await (const events of eventsBetween(log, host, { from: from + 1, to }, signal)) {
    for (const event of events) {
      if (pace.isDue) await pace.turn();
      causes.add(kernel, event);
      fold(kernel, [event]);
    }
  }
  const after = await inTurns(stateOf(kernel), signal);
  const diff = await inTurns(diffStates(before, after, causes.of), signal);
  const named = [...before.programs, ...after.programs];
  return {
    diff,
    events: causes.refs(await inTurns(positionsIn(diff), signal)),
    names: new Map(named.map(({ prog_id, prog_name }) => [prog_id, prog_name])),
  };
}

function refuseFar({ from, to }: { readonly from: number; readonly to: number }): void {
  if (to - from <= DIFF_EVENTS_MAX) return;
  const many = `${to - from} events lie between them, more than ${DIFF_EVENTS_MAX}`;
  throw new QuestionLimit('from', DIFF_EVENTS_MAX, `${many}; ask for nearer moments`);
}

/** Every position that a change names. */
function* positionsIn(diff: StateDiff): Pausing<Set<number>> {
  const { cgroups, programs, links, maps, bpffs, processes, lists, effective } = diff;
  const positions = new Set<number>();
  const add = ({ because }: Caused) => {
    for (const position of because) positions.add(position);
  };
  for (const { added, removed, changed } of [cgroups, programs, links, maps, bpffs, processes]) {
    for (const rows of [added, removed, changed]) yield* walk(rows, add);
  }
  yield* walk(lists, add);
  yield* walk(effective, add);
  return positions;
}
