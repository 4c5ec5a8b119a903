/** Rooms: how much of something costly runs concurrently, for all callers and for each of them. */
import { RETRY_AFTER_S } from '../limits.ts';
import { ProblemError } from '../problem.ts';

export interface RoomSize {
  /** Runs concurrently, at most. */
  readonly all: number;
  /** Of one caller, so that none can take all. */
  readonly each: number;
}

/** The problem of a request when the room is full. */
function full(limit: number, what: string, whose: string): ProblemError {
  const detail = `${what}${whose} under way: ${limit}, as many as there may be`;
  return new ProblemError('busy', { detail, limit, retry_after: RETRY_AFTER_S });
}

export class Room {
  readonly #size: RoomSize;
  readonly #what: string;
  readonly #fullFor: (limit: number) => ProblemError;
  readonly #inside = new Map<string, number>();
  #all = 0;

  /**
   * @param what the works' name in the plural, for the message
   * @param fullFor the problem of a caller that has its share
   */
  constructor(
    size: RoomSize,
    what: string,
    fullFor: (limit: number) => ProblemError = (limit) => full(limit, what, ' of yours'),
  ) {
    this.#size = size;
    this.#what = what;
    this.#fullFor = fullFor;
  }

  /** How many are inside. */
  get taken(): number {
    return this.#all;
  }

  /** Works in a place of a caller. Throws a problem when there is none. */
  async hold<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const leave = this.enter(caller);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /**
   * Takes a place for a caller, or several. Throws a problem when there is none.
   *
   * @param each how many this caller may have, where it is not as many as the others
   * @returns gives it back; harmless when it is called again
   */
  enter(caller: string, places = 1, each = this.#size.each): () => void {
    const { all } = this.#size;
    const own = this.#inside.get(caller) ?? 0;
    if (this.#all + places > all) throw full(all, this.#what, '');
    if (own + places > each) throw this.#fullFor(each);
    this.#all += places;
    this.#inside.set(caller, own + places);
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      this.#all -= places;
      const left = (this.#inside.get(caller) ?? 0) - places;
      if (left > 0) this.#inside.set(caller, left);
      else this.#inside.delete(caller);
    };
  }
}
