/**
 * How often a caller may ask: so many requests a second, and so many that are not answered yet. A second's
 * worth may come together. An operator sets these for all callers, and others for single tokens
 * (docs/configuration.md#rates); without them there is none.
 */
import { countText } from '../../domain/count-text.ts';
import { RATED_CALLERS_MAX } from '../limits.ts';
import { ProblemError } from '../problem.ts';
import { Room } from './room.ts';

export interface RateLimits {
  readonly perSecond?: number | undefined;
  readonly concurrent?: number | undefined;
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
  readonly #room = new Room(
    { all: Number.POSITIVE_INFINITY, each: Number.POSITIVE_INFINITY },
    'requests',
    tooManyInside,
  );

  /**
   * @param limits of each caller that has no other ones
   * @param nowMs a clock that never goes back, in milliseconds
   */
  constructor(limits: RateLimits, nowMs: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /**
   * Counts a request of a caller. Throws the problem of one too many.
   *
   * @param own limits of this caller, each in the place of the one of all
   * @returns to be called when it is answered
   */
  enter(caller: string, own: RateLimits = {}): () => void {
    const { perSecond = this.#limits.perSecond, concurrent = this.#limits.concurrent } = own;
    const leave = concurrent === undefined ? nothing : this.#room.enter(caller, 1, concurrent);
    try {
      if (perSecond !== undefined) this.#count(caller, perSecond);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  #count(caller: string, perSecond: number): void {
    const now = this.#nowMs();
    const used = Math.max(this.#usedUntil.get(caller) ?? 0, now) + BURST_MS / perSecond;
    if (used > now + BURST_MS) {
      const detail = `${countText(perSecond, 'request a second is', 'requests a second are')} allowed to this caller`;
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
  return tooMany(
    `${countText(limit, 'request of yours is', 'requests of yours are')} under way`,
    limit,
    0,
  );
}
