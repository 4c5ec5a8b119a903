// Every answer that clients got, also those that came when nobody waited any more; and what must be true
// of them afterwards.

import { encodeEvent } from '../../src/events/encoding/codec.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import type { Receipt } from '../../src/events/submission.ts';
import type { AskedFor } from './plan.ts';
import type { Fault } from './scene.ts';

/** An answer of a lost commit may still be under way when the server is another. */
const UNDER_WAY_US = 1_000_000;
/** What was sent may still be done so long after nobody waits any more. */
const LINGERS_US = 30_000_000;

/** A standby that was behind took over. */
export interface Failover {
  /** Microseconds of the story. */
  readonly at: number;
  /** The position that the log went back to. */
  readonly cut: number;
}

/** What came out different from what was answered, and why that may be. */
export interface Excuses {
  readonly failovers: readonly Failover[];
  /** When a day passed, after which keys may be forgotten. */
  readonly days: readonly number[];
}

interface Answer {
  /** Whether the events are of the calls that were asked for. */
  readonly isOurs: boolean;
  readonly from: number;
  readonly to: number;
  /** Of the events; of a repeated answer they are the same. */
  readonly text: string;
  readonly mark: string;
  /** When it came last. */
  at: number;
}

interface Asked {
  readonly request: AskedFor;
  readonly first: number;
  last: number;
  readonly answers: Answer[];
}

function textOf(events: readonly LedgerEvent[]): string {
  return events
    .map((event) => `${event.position} ${event.recorded_at} ${encodeEvent(event)}`)
    .join('\n');
}

export class Answers {
  /** By key. */
  readonly #asked = new Map<string, Asked>();
  /** Requests that were sent once more although nothing was wrong. */
  repeats = 0;
  /** Answers to a key that had one already. */
  again = 0;

  /** Remembers that a request is under way, or was until now. */
  remember(request: AskedFor, now: number): void {
    const known = this.#asked.get(request.key);
    if (known !== undefined) known.last = now;
    else this.#asked.set(request.key, { request, first: now, last: now, answers: [] });
  }

  /** Remembers an answer. */
  note({ key, calls }: AskedFor, { events, mark }: Receipt, at: number): void {
    const answers = this.#asked.get(key)?.answers;
    if (answers === undefined) throw new Error(`${key} is answered, and was not asked for`);
    if (answers.length > 0) this.again++;
    const [from, to] = [events[0]?.position ?? 0, events.at(-1)?.position ?? 0];
    const isKnown = ({ text, mark: before }: Answer) => text === textOf(events) && before === mark;
    const known = answers.find(isKnown);
    if (known !== undefined) known.at = at;
    else {
      const isOurs = events.length === calls && timesOf(events, key) === calls;
      answers.push({ isOurs, from, to, text: textOf(events), mark, at });
    }
  }

  /** What is wrong with the answers, when the log has these events in the end. */
  judge(
    events: readonly LedgerEvent[],
    { failovers, days }: Excuses,
  ): { readonly acknowledged: number; readonly lost: number; readonly faults: readonly Fault[] } {
    const faults: Fault[] = [];
    let acknowledged = 0;
    let lost = 0;
    const mayBeLost = ({ to, at }: Answer) =>
      failovers.some((one) => one.cut < to && at <= one.at + UNDER_WAY_US);
    for (const { request, answers, first, last } of this.#asked.values()) {
      const { key, calls } = request;
      acknowledged += answers.length;
      for (const answer of answers) {
        const { isOurs, from, to, text } = answer;
        if (!isOurs)
          faults.push({
            promise: 'a request is answered',
            says: `${key} is answered with ${from}…${to}`,
          });
        if (textOf(events.slice(from - 1, to)) === text) continue;
        if (mayBeLost(answer)) lost++;
        else
          faults.push({
            promise: 'what is acknowledged stays',
            says: `${key} was acknowledged at ${from}, and is not there`,
          });
      }
      const isForgotten = days.some((at) => at >= first && at <= last + LINGERS_US);
      const sound = answers.filter((answer) => !mayBeLost(answer));
      if (sound.length > 1 && !isForgotten)
        faults.push({
          promise: 'a request has one answer',
          says: `${key} has ${sound.length} answers: ${sound.map(({ from, to, mark }) => `${from}…${to} (${mark})`).join(', ')}`,
        });
      const times = timesOf(events, key);
      if (times > calls && !isForgotten)
        faults.push({
          promise: 'a request is recorded once',
          says: `/${key} is recorded ${times} times, and was asked ${calls}`,
        });
    }
    return { acknowledged, lost, faults };
  }
}

function timesOf(events: readonly LedgerEvent[], key: string): number {
  return events.filter(({ call }) => call.name === 'mkdir' && call.path === `/${key}`).length;
}
