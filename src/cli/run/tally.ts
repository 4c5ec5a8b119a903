/** What a run came to, counted while it goes on: a program may make any number of calls. */
import type { CallName } from '../../domain/call.ts';
import { isRefusal, type Outcome, type Refusal } from '../../domain/outcome.ts';
import type { Made } from '../../sandbox/world.ts';
import { outcomeText } from './trace.ts';

/** Different refusals that are counted one by one. */
const REFUSALS_MAX = 1000;
/** Answers that are compared with those of another release. */
const ANSWERS_MAX = 100_000;

/** One answer to the program. */
export interface Answered {
  readonly asked: number;
  readonly name: CallName;
  readonly outcome: Outcome;
}

export class Tally {
  asked = 0;
  refused = 0;
  /** How often, by the call and the sentence of its refusal. */
  readonly refusals = new Map<string, number>();
  /** The first answers. */
  readonly answers: Answered[] = [];

  add({ asked, call, decision }: Made): void {
    if (asked === undefined) return;
    this.asked += 1;
    const { outcome } = decision;
    if (this.answers.length < ANSWERS_MAX) this.answers.push({ asked, name: call.name, outcome });
    if (!isRefusal(outcome) || isEndOfWalk(outcome)) return;
    this.refused += 1;
    const text = `${call.name}: ${outcomeText(outcome)}`;
    const count = this.refusals.get(text);
    if (count !== undefined || this.refusals.size < REFUSALS_MAX) {
      this.refusals.set(text, (count ?? 0) + 1);
    }
  }
}

/** The last step of every walk over ids or keys. */
function isEndOfWalk({ rule }: Refusal): boolean {
  return rule === 'no-id-after' || rule === 'no-next-key';
}
