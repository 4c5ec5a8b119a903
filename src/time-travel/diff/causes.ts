/** Which events changed what between two moments, gathered while the log is folded. */
import type { Kernel } from '../../domain/kernel.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { Subject } from '../subjects/subject.ts';
import { subjectsOf } from '../subjects/subjects-of.ts';
import { type EventRef, eventRef } from '../wording/event-ref.ts';

/** Events that one change names: the newest ones, since they made it what it is. */
const CAUSES_MAX = 100;

/** Gives the positions of the newest events that changed any of the subjects, oldest first. */
export type CausesOf = (subjects: readonly Subject[]) => readonly number[];

export class Causes {
  #bySubject = new Map<Subject, number[]>();
  #refs = new Map<number, EventRef>();
  #boot: number | undefined;

  /**
   * Takes the next event.
   *
   * @param kernel the state right before it
   */
  add(kernel: Kernel, event: LedgerEvent): void {
    const { position, call } = event;
    if (call.name === 'boot') {
      // Everything before ended with the boot, and everything now began after it.
      this.#bySubject = new Map();
      this.#refs = new Map([[position, eventRef(event)]]);
      this.#boot = position;
      return;
    }
    const subjects = subjectsOf(kernel, event);
    if (subjects.size > 0) this.#refs.set(position, eventRef(event));
    for (const subject of subjects) {
      const positions = this.#bySubject.get(subject);
      if (positions === undefined) this.#bySubject.set(subject, [position]);
      else positions.push(position);
    }
  }

  /** The events that changed any of the subjects; if none did, the boot did. */
  of: CausesOf = (subjects) => {
    const all = new Set(subjects.flatMap((subject) => this.#bySubject.get(subject) ?? []));
    if (all.size === 0 && this.#boot !== undefined) all.add(this.#boot);
    return [...all].sort((a, b) => a - b).slice(-CAUSES_MAX);
  };

  /** The events at positions, by position. */
  refs(positions: ReadonlySet<number>): EventRef[] {
    // They are kept in the order of the log.
    return [...this.#refs.values()].filter(({ position }) => positions.has(position));
  }
}
