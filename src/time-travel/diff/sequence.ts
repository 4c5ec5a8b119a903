/**
 * The difference of two sequences of things that have an identity: what was added, removed or
 * moved, and what changed in place. As few things as possible count as
 * moved: the longest run that kept its order did not.
 */

export type SequenceChange<T> =
  | { readonly change: 'added'; readonly place: number; readonly is: T }
  | { readonly change: 'removed'; readonly was_place: number; readonly was: T }
  | {
      /** `changed` kept its order among the others; `moved` did not. */
      readonly change: 'changed' | 'moved';
      readonly was_place: number;
      readonly place: number;
      readonly was: T;
      readonly is: T;
    };

interface SequenceIdentity<T> {
  /** Things of equal text are the same thing; what stands twice is counted. */
  readonly identity: (item: T) => string;
  readonly same: (a: T, b: T) => boolean;
}

/** The changes from one sequence to another: removals first, the others by their new place. */
export function sequenceChanges<T>(
  before: readonly T[],
  after: readonly T[],
  { identity, same }: SequenceIdentity<T>,
): SequenceChange<T>[] {
  const wasPlace = places(before, identity);
  const isPlace = places(after, identity);
  const removed = [...wasPlace]
    .filter(([key]) => !isPlace.has(key))
    .map(
      ([, place]) => ({ change: 'removed', was_place: place, was: before[place] as T }) as const,
    );
  const kept = [...isPlace.keys()].flatMap((key) => wasPlace.get(key) ?? []);
  const unmoved = new Set(longestRun(kept));
  const others = [...isPlace].flatMap(([key, place]): SequenceChange<T>[] => {
    const is = after[place] as T;
    const was_place = wasPlace.get(key);
    if (was_place === undefined) return [{ change: 'added', place, is }];
    const was = before[was_place] as T;
    if (!unmoved.has(was_place)) return [{ change: 'moved', was_place, place, was, is }];
    return same(was, is) ? [] : [{ change: 'changed', was_place, place, was, is }];
  });
  return [...removed, ...others];
}

/** The sequence that the changes lead to. */
export function applySequence<T>(before: readonly T[], changes: readonly SequenceChange<T>[]): T[] {
  const standing: (T | undefined)[] = [...before];
  const placed = new Map<number, T>();
  let size = before.length;
  for (const change of changes) {
    if (change.change === 'changed') {
      standing[change.was_place] = change.is;
      continue;
    }
    if (change.change !== 'added') {
      standing[change.was_place] = undefined;
      size--;
    }
    if (change.change !== 'removed') {
      placed.set(change.place, change.is);
      size++;
    }
  }
  const rest = standing.filter((item) => item !== undefined);
  return Array.from({ length: size }, (_, place) => (placed.get(place) ?? rest.shift()) as T);
}

/** Where each thing stands; the second one of the same identity is another thing. */
function places<T>(items: readonly T[], identity: (item: T) => string): Map<string, number> {
  const found = new Map<string, number>();
  items.forEach((item, place) => {
    const text = identity(item);
    let nth = 0;
    while (found.has(`${text}#${nth}`)) nth++;
    found.set(`${text}#${nth}`, place);
  });
  return found;
}

/** The longest increasing subsequence of distinct numbers; of several, the one that ends first. */
function longestRun(numbers: readonly number[]): number[] {
  /** At `i`: the place of the least number that ends a run of length `i + 1`. */
  const ends: number[] = [];
  const previous: number[] = [];
  let last = -1;
  numbers.forEach((number, place) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle] as number] as number) < number) low = middle + 1;
      else high = middle;
    }
    previous[place] = low === 0 ? -1 : (ends[low - 1] as number);
    if (low === ends.length) last = place;
    ends[low] = place;
  });
  const run: number[] = [];
  for (let place = last; place >= 0; place = previous[place] as number) {
    run.push(numbers[place] as number);
  }
  return run.reverse();
}
