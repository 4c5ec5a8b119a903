/**
 * Calls whose line another process interrupted: `<unfinished ...>` waits for its `resumed`, and
 * the two halves are put together again. A process is in one call at a time. A half that stays
 * alone is told of.
 */
import type { CallLine, EndLine, SupersededLine, TraceLine } from './trace-line.ts';
import { Malformed } from './value.ts';

/** A whole call; `line` is where it ended, `begun` where it began. */
export interface WholeCall extends Omit<CallLine, 'kind'> {
  readonly kind: 'call';
  readonly line: number;
  readonly begun: number;
}

/** The first half of a call, whose end stands on a later line: the process that makes it exists. */
export interface BegunCall extends Omit<CallLine, 'kind'> {
  readonly kind: 'begun';
  readonly line: number;
}

export type Happening =
  | WholeCall
  | BegunCall
  | ((EndLine | SupersededLine) & { readonly line: number });

interface Pending extends Omit<CallLine, 'kind'> {
  readonly line: number;
}

/** A call of which the recording has one half. */
export interface HalfCall extends Omit<CallLine, 'kind'> {
  readonly line: number;
  /** Its beginning, or its end: another call of the process followed, the process ended in it, or
   * the recording did. */
  readonly lacks: 'beginning' | 'end' | 'end-by-death' | 'end-by-stop';
}

function whole(call: Omit<CallLine, 'kind'>, line: number, begun: number): WholeCall {
  const { pid, comm, at, name, text } = call;
  return { kind: 'call', pid, comm, at, name, text, line, begun };
}

/** Characters that wait for their other half at most. */
const PENDING_CHARS_MAX = 32 * 1024 * 1024;

export class PairedLines {
  readonly #pending = new Map<number, Pending>();
  /** Processes whose call was taken as ended before the line in which it returns. */
  readonly #settled = new Set<number>();
  readonly #onHalf: (half: HalfCall) => void;
  #chars = 0;

  /** @param onHalf called with each call whose other half does not come */
  constructor(onHalf: (half: HalfCall) => void) {
    this.#onHalf = onHalf;
  }

  /**
   * What a line tells, together with its first half if that stands on a line before.
   *
   * @throws Malformed when halves do not fit
   */
  next(parsed: TraceLine, line: number): Happening | undefined {
    switch (parsed.kind) {
      case 'note':
        return undefined;
      case 'call':
        this.#lose(parsed.pid, 'end');
        return whole(parsed, line, line);
      case 'unfinished': {
        this.#lose(parsed.pid, 'end');
        this.#pending.set(parsed.pid, { ...parsed, line });
        this.#chars += parsed.text.length;
        if (this.#chars > PENDING_CHARS_MAX) {
          throw new Malformed(`over ${PENDING_CHARS_MAX} characters of unfinished calls wait`);
        }
        return { ...parsed, kind: 'begun', line };
      }
      case 'resumed':
        return this.#resume(parsed, line);
      case 'superseded': {
        // The thread that executed goes on under the leader's pid, with its unfinished execve.
        const moved = this.#pending.get(parsed.by);
        this.#lose(parsed.pid, 'end-by-death');
        if (moved !== undefined) {
          this.#pending.delete(parsed.by);
          this.#pending.set(parsed.pid, { ...moved, pid: parsed.pid });
        }
        return { ...parsed, line };
      }
      case 'exited':
      case 'killed':
        this.#lose(parsed.pid, 'end-by-death');
        return { ...parsed, line };
      default:
        return parsed satisfies never;
    }
  }

  /** The calls that are under way. */
  underWay(): Iterable<Pending> {
    return this.#pending.values();
  }

  /** Takes the call that a process is in as ended: what it did was seen before it returned. */
  settle(pid: number): void {
    this.#drop(pid);
    this.#settled.add(pid);
  }

  /** The recording ends: what is under way does not return in it. */
  end(): void {
    for (const pid of [...this.#pending.keys()]) this.#lose(pid, 'end-by-stop');
  }

  /** The call that a process is in does not return any more. */
  #lose(pid: number, lacks: HalfCall['lacks']): void {
    this.#settled.delete(pid);
    const pending = this.#pending.get(pid);
    if (pending === undefined) return;
    this.#drop(pid);
    this.#onHalf({ ...pending, lacks });
  }

  #drop(pid: number): void {
    const pending = this.#pending.get(pid);
    if (pending === undefined) return;
    this.#pending.delete(pid);
    this.#chars -= pending.text.length;
  }

  #resume(parsed: CallLine, line: number): WholeCall | undefined {
    const begun = this.#pending.get(parsed.pid);
    if (begun === undefined) {
      // Its beginning lies before the recording's, or its line is missing.
      if (!this.#settled.delete(parsed.pid)) this.#onHalf({ ...parsed, line, lacks: 'beginning' });
      return undefined;
    }
    this.#drop(parsed.pid);
    if (begun.name !== parsed.name) {
      const names = `${begun.name} of line ${begun.line}`;
      throw new Malformed(`${parsed.name} is resumed, but ${names} was unfinished`);
    }
    const text = begun.text + parsed.text;
    return whole({ ...parsed, text }, line, begun.line);
  }
}
