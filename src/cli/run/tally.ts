/** What a run came to, counted while it goes on: a program may make any number of calls. */
import type { CallName } from '../../domain/call.ts';
import { isRefusal, type Outcome, type Refusal } from '../../domain/outcome.ts';
import type { LoggedCall } from '../../sandbox/world.ts';
import { callText } from './trace.ts';

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

/** Refusals of one call by one rule. */
interface RefusalCount {
  /** The first of them. */
  readonly text: string;
  count: number;
}

export class Tally {
  asked = 0;
  refused = 0;
  /** By the call and the rule, for objects and numbers differ from one to the next. */
  readonly refusals = new Map<string, RefusalCount>();
  /** The first answers, if they are to be compared. */
  readonly answers: Answered[] = [];
  readonly #answersMax: number;

  /** @param isCompared with the run on another release */
  constructor(isCompared: boolean) {
    this.#answersMax = isCompared ? ANSWERS_MAX : 0;
  }

  add(made: LoggedCall): void {
    const { asked, call, decision } = made;
    if (asked === undefined) return;
    this.asked += 1;
    const { outcome } = decision;
    if (this.answers.length < this.#answersMax)
      this.answers.push({ asked, name: call.name, outcome });
    if (!isRefusal(outcome) || isEndOfWalk(outcome)) return;
    this.refused += 1;
    // The run counts what it does not know, of calls and of what is none.
    if (outcome.rule === 'not-modelled') return;
    const kind = `${call.name} ${outcome.errno} ${outcome.rule}`;
    const known = this.refusals.get(kind);
    if (known !== undefined) known.count += 1;
    else if (this.refusals.size < REFUSALS_MAX) {
      this.refusals.set(kind, { text: `${call.name}: ${callText(made)}`, count: 1 });
    }
  }
}

/** The last step of every walk over ids or keys. */
function isEndOfWalk({ rule }: Refusal): boolean {
  return rule === 'no-id-after' || rule === 'no-next-key';
}
