/**
 * How often a caller may ask: so many requests a second, and so many that are not answered yet. A second's
 * worth may come together. An operator sets these (docs/configuration.md#rates); without them there is none.
 */
import { RATED_CALLERS_MAX } from '../limits.ts';
import { ProblemError } from '../problem.ts';
import { Room } from './room.ts';

export interface RateLimits {
  readonly perSecond?: number;
  readonly concurrent?: number;
}

const BURST_MS = 1000;

function tooMany(detail: string, limit: number, waitMs: number): ProblemError {
  const retry_after = Math.max(1, Math.ceil(waitMs / 1000));
  return new ProblemError('too-many-requests', { detail, limit, retry_after });
}

export class Rates {
  readonly #limits: RateLimits;
  readonly #nowMs: () => number;
  /** Until when each caller has used up its rate; who is not here has used nothing. */
  readonly #usedUntil = new Map<string, number>();
  readonly #room: Room | undefined;

  /** @param nowMs a clock that never goes back, in milliseconds */
  constructor(limits: RateLimits, nowMs: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    const { concurrent } = limits;
    this.#room =
      concurrent === undefined
        ? undefined
        : new Room({ all: Number.POSITIVE_INFINITY, each: concurrent }, 'requests', tooManyInside);
  }

  /**
   * Counts a request of a caller. Throws the problem of one too many.
   *
   * @returns to be called when it is answered
   */
  enter(caller: string): () => void {
    const leave = this.#room?.enter(caller) ?? nothing;
    try {
      this.#count(caller);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  #count(caller: string): void {
    const { perSecond } = this.#limits;
    if (perSecond === undefined) return;
    const now = this.#nowMs();
    const used = Math.max(this.#usedUntil.get(caller) ?? 0, now) + BURST_MS / perSecond;
    if (used > now + BURST_MS) {
      const detail = `${perSecond} requests a second are allowed to each caller`;
      throw tooMany(detail, perSecond, used - now - BURST_MS);
    }
    if (this.#usedUntil.size >= RATED_CALLERS_MAX) this.#forget(now);
    this.#usedUntil.set(caller, used);
  }

  /** Forgets who has used nothing; when that is nobody, everyone begins anew. */
  #forget(now: number): void {
    for (const [caller, until] of this.#usedUntil) {
      if (until <= now) this.#usedUntil.delete(caller);
    }
    if (this.#usedUntil.size >= RATED_CALLERS_MAX) this.#usedUntil.clear();
  }
}

const nothing = () => undefined;

function tooManyInside(limit: number): ProblemError {
  return tooMany(`${limit} requests of yours are under way`, limit, 0);
}
