// What a seed stands for: how many services, clients and followers there are, what is asked for, and what
// goes wrong and when. All of it is drawn before anything happens, each thing from numbers of its own: so a
// part of a story is told without changing what is left of it.

import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';

/** Deeds that happen to a process, the server or the log. */
const DEEDS = ['kill', 'crash', 'failover', 'cut-off', 'clock', 'trim', 'sweep'] as const;

/** Kinds of what happens, each of which a story can be told without. */
export const KINDS = [
  /** A process ends without a word, and another starts in its place. */
  'kills',
  /** The server ends all sessions and is away for a while. */
  'crashes',
  /** A standby that was behind takes over. */
  'failovers',
  /** Nothing gets from a service to the server for a while. */
  'cut-offs',
  /** The clock of a service steps. */
  'clocks',
  /** The log is cut, and what is before goes. */
  'trims',
  /** Old idempotency keys are forgotten. */
  'sweeps',
  /** More than a day passes on all clocks before a sweep. */
  'days',
  /** A connection breaks before a statement arrives. */
  'lost-statements',
  /** A connection breaks after a statement was done. */
  'lost-answers',
  /** A connection breaks, and the statement arrives later. */
  'late-statements',
  /** A notification does not arrive. */
  'lost-hints',
  /** A client sends a request once more, answered or not. */
  'repeats',
  /** Followers stop to think. */
  'pauses',
] as const;

export type Kind = (typeof KINDS)[number];
export type Deed = (typeof DEEDS)[number];

export const KIND_OF: Readonly<Record<Deed, Kind>> = {
  ...{ kill: 'kills', crash: 'crashes', failover: 'failovers', 'cut-off': 'cut-offs' },
  ...{ clock: 'clocks', trim: 'trims', sweep: 'sweeps' },
};

/** Which part of a story is told; all of it when nothing is said. */
export interface Part {
  readonly without?: readonly Kind[];
  /** Only the first so many. */
  readonly services?: number;
  readonly followers?: number;
  /** Only these, by number from 0. */
  readonly clients?: readonly number[];
  readonly troubles?: readonly number[];
  /** Only the first so many of each client. */
  readonly requests?: number;
  /** Nothing fails before, in milliseconds of the story. */
  readonly since?: number;
  /** Nothing fails from then on, and no client sends anything new. */
  readonly until?: number;
}

/** How often a statement meets a fault, 0 to 1 each. */
export interface Odds {
  readonly 'lost-statements': number;
  readonly 'lost-answers': number;
  readonly 'late-statements': number;
}

export interface Trouble {
  /** By which a part names it. */
  readonly number: number;
  /** Milliseconds after the host was made. */
  readonly at: number;
  readonly deed: Deed;
  /** 0 to 1: which service, and how long or how much. */
  readonly which: number;
  readonly size: number;
  readonly more: number;
}

export interface AskedFor {
  readonly key: string;
  /** One or two: a second is refused by the kernel, and is an event like any other. */
  readonly calls: number;
  readonly isKeyed: boolean;
  /** Milliseconds after the first sending; only requests with a key are repeated. */
  readonly repeats: readonly number[];
  /** Milliseconds until the client goes on. */
  readonly pause: number;
}

export interface ClientPlan {
  readonly number: number;
  readonly requests: readonly AskedFor[];
}

/** Numbers of their own for each name. */
export type Streams = (name: string) => Random;

export interface Plan {
  readonly streams: Streams;
  readonly services: number;
  readonly followers: number;
  readonly clients: readonly ClientPlan[];
  readonly troubles: readonly Trouble[];
  readonly odds: Odds;
}

/** Milliseconds. */
const GAP_MS = 3000;
const PAUSE_MS = 2000;
const REPEAT_MS = 4000;

/** Draws the story of a seed, and leaves out what is not told. */
export function planOf(seed: number, part: Part): Plan {
  const streams = (name: string) => randomFrom(seed, `simulation: ${name}`);
  const random = streams('story');
  const rarely = () => random.pick([0, 0.01, 0.05, 0.15]);
  const services = 1 + random.below(3);
  const clients = 2 + random.below(3);
  const odds = {
    ...{ 'lost-statements': rarely(), 'lost-answers': rarely(), 'late-statements': rarely() },
  };
  const isTold = (numbers: readonly number[] | undefined, one: { readonly number: number }) =>
    numbers === undefined || numbers.includes(one.number);
  return {
    streams,
    services: Math.min(services, part.services ?? services),
    followers: Math.min(2, part.followers ?? 2),
    clients: Array.from({ length: clients }, (_, c) => clientOf(streams, c))
      .filter((one) => isTold(part.clients, one))
      .map((one) => ({ ...one, requests: one.requests.slice(0, part.requests) })),
    troubles: troublesOf(streams('troubles')).filter((one) => isTold(part.troubles, one)),
    odds,
  };
}

function clientOf(streams: Streams, number: number): ClientPlan {
  const random = streams(`client ${number}`);
  const length = 3 + random.below(6);
  const requests = Array.from({ length }, (_, i) => {
    const isKeyed = random.chance(0.5);
    return {
      key: `c${number}-${i}`,
      calls: random.chance(0.3) ? 2 : 1,
      isKeyed,
      pause: random.chance(0.3) ? random.below(PAUSE_MS) : 0,
      repeats: isKeyed && random.chance(0.4) ? repeatsOf(random) : [],
    };
  });
  return { number, requests };
}

function repeatsOf(random: Random): number[] {
  return Array.from({ length: 1 + random.below(2) }, () => random.below(REPEAT_MS));
}

function troublesOf(random: Random): Trouble[] {
  const troubles: Trouble[] = [];
  let at = 0;
  for (let left = random.below(7); left > 0; left--) {
    at += random.below(GAP_MS);
    const deed = random.pick(DEEDS);
    const [which, size, more] = [random.fraction(), random.fraction(), random.fraction()];
    troubles.push({ number: troubles.length, at, deed, which, size, more });
  }
  return troubles;
}
