/** Measures contenders in turn, so that whatever else the machine does falls on all of them. */

/** A median with its spread; the unit is the contender's own, the same in all rounds. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One measurement of one contender, in its unit: events a second, milliseconds, bytes. */
export type Contender = () => Promise<number> | number;

/**
 * Runs every contender once a round, each round beginning with the next one.
 *
 * @param rounds at least 1
 */
export async function alternate<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  rounds: number,
): Promise<Record<Name, Figure>> {
  const names = Object.keys(contenders) as Name[];
  const measured = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length] as Name;
      measured.get(name)?.push(await contenders[name]());
    }
  }
  const figures = names.map((name) => [name, figureOf(measured.get(name) ?? [])]);
  return Object.fromEntries(figures) as Record<Name, Figure>;
}

/** Median and spread of measurements. Throws when there are none. */
export function figureOf(measured: readonly number[]): Figure {
  const sorted = measured.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), min: quantile(sorted, 0), max: quantile(sorted, 1) };
}

/** The value at a share of sorted measurements: 0.5 is the median, 0.99 is p99. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

/** How many times a second `work` gets done, given how often it does it; runs for about `ms`. */
export async function perSecond(ms: number, work: () => Promise<number> | number): Promise<number> {
  let done = 0;
  const start = performance.now();
  let elapsed = 0;
  while (elapsed < ms) {
    done += await work();
    elapsed = performance.now() - start;
  }
  return (done / elapsed) * 1000;
}

/** Milliseconds of a clock that all processes of a machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
