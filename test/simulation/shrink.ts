// Looks for a smaller part of a story that breaks the same promise: it leaves out one thing after the
// other, and keeps what still breaks. The same seed and fault give the same small story each time, unless
// the time is up before.

import { type Deed, KIND_OF, KINDS, type Part, planOf } from './plan.ts';
import type { Run } from './world.ts';

/** Stories that are told at most. */
const RUNS_MAX = 400;
/** Of real time, after which no other story is begun. */
const MS_MAX = 120_000;
/** Where an end or a beginning is tried, as parts of what is left. */
const CUTS = [0.1, 0.25, 0.5, 0.75, 0.9] as const;
/** Milliseconds of a story that are not worth another one. */
const FINE_MS = 50;

export interface Shrunk {
  readonly part: Part;
  readonly run: Run;
  /** Stories that were told. */
  readonly runs: number;
  /** Whether nothing more can be left out, as far as was tried. */
  readonly isSmallest: boolean;
}

/**
 * Shrinks a story that broke a promise: the first that it broke.
 *
 * @param begun the run of all of the story
 * @param tell tells a part of it
 * @param limits for tests
 */
export async function shrink(
  begun: Run,
  tell: (part: Part) => Promise<Run>,
  { runsMax = RUNS_MAX, msMax = MS_MAX } = {},
): Promise<Shrunk> {
  const promise = begun.faults[0]?.promise;
  const deadline = performance.now() + msMax;
  let [part, run]: [Part, Run] = [{}, begun];
  let runs = 0;
  const isUp = () => runs >= runsMax || performance.now() > deadline;

  /** Tells a part, and keeps it when it is still the story that is looked for. */
  async function isKept(candidate: Part, isWanted: (told: Run) => boolean): Promise<boolean> {
    const told = await tell(candidate);
    runs++;
    if (!isWanted(told)) return false;
    [part, run] = [candidate, told];
    return true;
  }

  const isBroken = ({ faults }: Run) => faults.some((fault) => fault.promise === promise);
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const smaller of WAYS) {
      // After one that breaks, the same way is tried again from there.
      for (let tried = smaller(part, run); tried.length > 0; ) {
        const [candidate, ...others] = tried as [Part, ...Part[]];
        if (isUp()) return { part, run, runs, isSmallest: false };
        const isBetter = await isKept(candidate, isBroken);
        if (isBetter) isSmaller = true;
        tried = isBetter ? smaller(part, run) : others;
      }
    }
  }
  // What no longer happens by itself need not be named.
  for (const kind of part.without ?? []) {
    if (isUp()) return { part, run, runs, isSmallest: false };
    const without = part.without?.filter((one) => one !== kind) ?? [];
    await isKept({ ...part, without }, (told) => told.story.join() === run.story.join());
  }
  return { part: dropEmpty(part), run, runs, isSmallest: true };
}

function dropEmpty({ without = [], ...others }: Part): Part {
  return without.length === 0 ? others : { without, ...others };
}

/** Ways of leaving out: parts that are smaller than one, those that leave out most first. */
type Way = (part: Part, run: Run) => Part[];

/** Kinds that did not happen need not be named. */
const fewerKinds: Way = (part, { happened }) => {
  const { without = [] } = part;
  const here = KINDS.filter((kind) => happened.includes(kind));
  const sets = here.length > 1 ? [here, ...here.map((kind) => [kind])] : [here];
  return sets
    .filter((kinds) => kinds.length > 0)
    .map((kinds) => ({ ...part, without: [...without, ...kinds] }));
};

const fewerTroubles: Way = (part, { seed }) => {
  const { without = [] } = part;
  const isThere = (deed: Deed) => !without.includes(KIND_OF[deed]);
  const there = planOf(seed, part).troubles.filter(({ deed }) => isThere(deed));
  return withoutOne(there.map(({ number }) => number)).map((troubles) => ({ ...part, troubles }));
};

const fewerClients: Way = (part, { seed }) => {
  const there = planOf(seed, part).clients.map(({ number }) => number);
  return withoutOne(there).map((clients) => ({ ...part, clients }));
};

const fewerRequests: Way = (part, { seed }) => {
  const longest = Math.max(0, ...planOf(seed, part).clients.map((one) => one.requests.length));
  return below(longest).map((requests) => ({ ...part, requests }));
};

const fewerServices: Way = (part, { seed }) =>
  below(planOf(seed, part).services)
    .filter((services) => services > 0)
    .map((services) => ({ ...part, services }));

const fewerFollowers: Way = (part, { seed }) =>
  below(planOf(seed, part).followers).map((followers) => ({ ...part, followers }));

const earlierEnd: Way = (part, { calmAt }) => {
  const { since = 0, until = Math.ceil(calmAt) } = part;
  return CUTS.map((cut) => Math.floor(since + (until - since) * cut))
    .filter((at) => until - at >= FINE_MS)
    .map((at) => ({ ...part, until: at }));
};

const laterBeginning: Way = (part, { calmAt }) => {
  const { since = 0, until = Math.ceil(calmAt) } = part;
  return CUTS.toReversed()
    .map((cut) => Math.floor(since + (until - since) * cut))
    .filter((at) => at - since >= FINE_MS)
    .map((at) => ({ ...part, since: at }));
};

const WAYS: readonly Way[] = [
  ...[fewerKinds, fewerTroubles, earlierEnd, fewerClients, fewerRequests],
  ...[fewerServices, fewerFollowers, laterBeginning],
];

/** The numbers below one, from 0. */
function below(end: number): number[] {
  return Array.from({ length: end }, (_, i) => i);
}

/** None of a list, and then all but one of it. */
function withoutOne(list: readonly number[]): number[][] {
  if (list.length === 0) return [];
  const others = list.length > 1 ? list.map((one) => list.filter((other) => other !== one)) : [];
  return [[], ...others];
}
