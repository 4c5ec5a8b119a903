// Time of a simulation. Nothing happens by itself: when all that runs has come to wait, time jumps to
// the next thing that is due. So a run of seconds takes milliseconds, and is the same each time.

import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Clock } from '../../src/events/clock.ts';

/** Turns of the loop without anything new after which everything waits. */
const QUIET_TURNS = 4;
/** 2026-01-01, microseconds since the epoch. */
const BEGIN_US = 1_767_225_600_000_000;

interface Due {
  readonly at: number;
  readonly nth: number;
  readonly happen: () => void;
}

export class Timeline {
  /** Microseconds since the beginning. */
  now = 0;
  readonly #due: Due[] = [];
  #nth = 0;

  /** Calls `happen` in so many milliseconds; returns what takes that back. */
  after(ms: number, happen: () => void): () => void {
    const due = { at: this.now + Math.max(0, ms) * 1000, nth: this.#nth++, happen };
    // The latest first: the next is taken off the end.
    let at = this.#due.length;
    while (at > 0 && isLater(due, this.#due[at - 1] as Due)) at--;
    this.#due.splice(at, 0, due);
    return () => {
      const found = this.#due.indexOf(due);
      if (found !== -1) this.#due.splice(found, 1);
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = () => {
        takeBack();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const takeBack = this.after(ms, end);
      signal?.addEventListener('abort', end);
    });
  }

  /** A clock of a machine, which is off by `offUs()` microseconds. */
  clock(offUs: () => number): Clock {
    return {
      now: () => BEGIN_US + this.now + offUs(),
      sleep: (ms, signal) => this.sleep(ms, signal),
    };
  }

  /** Lets time pass until the work is done. Throws when nothing is due before, or it takes too long. */
  async run<T>(work: Promise<T>, secondsMax: number): Promise<T> {
    let isDone = false;
    const end = () => {
      isDone = true;
    };
    work.then(end, end);
    for (;;) {
      await this.#quiet();
      if (isDone) return work;
      const next = this.#due.pop();
      if (next === undefined) throw new Error('everybody waits, and nothing is due');
      this.now = next.at;
      if (this.now > secondsMax * 1e6) throw new Error(`it is not done after ${secondsMax} s`);
      next.happen();
    }
  }

  async #quiet(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      const before = this.#nth;
      await turnOfTheLoop();
      quiet = this.#nth === before ? quiet + 1 : 0;
    }
  }
}

function isLater(one: Due, other: Due): boolean {
  return other.at < one.at || (other.at === one.at && other.nth < one.nth);
}
