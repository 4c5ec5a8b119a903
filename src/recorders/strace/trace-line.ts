/**
 * What a line of strace's output is: which process, when, and whether a call, half of one, a
 * signal or an end (strace(1); `printleader` and `print_exited` in strace.c).
 */
import { Malformed, readPath, unescapeText } from './value.ts';

interface Stamped {
  readonly pid: number;
  /** Name of the process, where `-Y` prints it. */
  readonly comm: string | undefined;
  /** Microseconds since the epoch. */
  readonly at: number;
}

/** A call in one line, or the beginning or the end of one that others interrupt. */
export interface CallLine extends Stamped {
  readonly kind: 'call' | 'unfinished' | 'resumed';
  readonly name: string;
  /** `call` and `unfinished`: all from the name on; `resumed`: what follows the `>`. */
  readonly text: string;
}

export interface EndLine extends Stamped {
  readonly kind: 'exited' | 'killed';
}

/** An execve of another thread took this one's place; that thread goes on under this pid. */
export interface SupersededLine extends Stamped {
  readonly kind: 'superseded';
  readonly by: number;
}

/** Signals, stops, and what strace says of itself. */
interface NoteLine {
  readonly kind: 'note';
}

export type TraceLine = CallLine | EndLine | SupersededLine | NoteLine;

/** What a recording must be made with, in every message that a line lacks it. */
const RECORD_WITH = 'record with strace -f -ttt -yy -o FILE';

/** Characters of a foreign line in a message. */
const QUOTED_CHARS_MAX = 60;

const NOTE: NoteLine = { kind: 'note' };
const UNFINISHED = ' <unfinished ...>';
const DETACHED = ' <detached ...>';
const STACK = ' > ';

/** Seconds since the epoch with at least micros: what `-ttt` prints. */
const EPOCH = /(\d{9,12})\.(\d{6})(\d{3})? +/y;
const OF_DAY = /(\d\d:\d\d:\d\d(?:\.\d+)?) +/y;
/** `-r`: seconds since the line before; six digits of them at least, blanks in front. */
const SINCE_LAST = / *\d{1,9}\.\d{6} +[a-z+-]/y;
const PID = /(?:\[pid +(\d+)((?:<[^>]*>)?)\]|(\d+)((?:<[^>]*>)?)) +/y;
/** `-i` and `-n` print where and which call it is. */
const EXTRAS = /(?:\[[0-9a-f? ]+\] +)+/y;
const RESUMED = /<\.\.\. ([a-z_][a-z0-9_]*(?:#\d+)?) resumed>/y;
const SUPERSEDED = /superseded by execve in pid (\d+)/;

/**
 * A line without its end; blank ones, and what strace says of itself, are notes.
 *
 * @throws Malformed when it is none of strace, or lacks its process or its time
 */
export function readTraceLine(text: string): TraceLine {
  if (text === '' || text.startsWith('strace: ') || text.startsWith(STACK)) return NOTE;
  PID.lastIndex = 0;
  const leader = PID.exec(text);
  if (leader === null) throw new Malformed(withoutPid(text));
  const from = PID.lastIndex;
  const at = microsAt(text, from);
  const start = skipExtras(text, EPOCH.lastIndex);
  const name = leader[2] || leader[4];
  const pid = Number(leader[1] ?? leader[3]);
  const comm = name ? unescapeText(name.slice(1, -1)) : undefined;
  return kindOf(text, start, { pid, comm, at });
}

/** A call, an end or a signal behind nothing, or behind a time in one of strace's forms. */
const NO_PID = /^ *(\d+\.\d{6,9} +|\d\d:\d\d:\d\d(\.\d+)? +)?([a-z_]\w*\(|\+\+\+ |--- |<\.\.\. )/;

function withoutPid(text: string): string {
  if (NO_PID.test(text)) return `no process id stands in front: ${RECORD_WITH}`;
  return noTraceLine(text);
}

function noTraceLine(text: string): string {
  return `is not a line of strace: ${JSON.stringify(text.slice(0, QUOTED_CHARS_MAX))}`;
}

function microsAt(text: string, from: number): number {
  EPOCH.lastIndex = from;
  const time = EPOCH.exec(text);
  if (time !== null) return Number(time[1]) * 1_000_000 + Number(time[2]);
  OF_DAY.lastIndex = from;
  const ofDay = OF_DAY.exec(text)?.[1];
  if (ofDay !== undefined) {
    throw new Malformed(`the time ${ofDay} names no day, as -t and -tt print it: ${RECORD_WITH}`);
  }
  SINCE_LAST.lastIndex = from;
  if (SINCE_LAST.test(text)) {
    throw new Malformed(`the time is relative, as -r prints it: ${RECORD_WITH}`);
  }
  if (!NO_PID.test(text.slice(from))) throw new Malformed(noTraceLine(text));
  throw new Malformed(`no time stands behind the process id: ${RECORD_WITH}`);
}

const OPENING_BRACKET = 91;

function skipExtras(text: string, from: number): number {
  if (text.charCodeAt(from) !== OPENING_BRACKET) return from;
  EXTRAS.lastIndex = from;
  return EXTRAS.test(text) ? EXTRAS.lastIndex : from;
}

/** The name of a call that begins there. */
function nameAt(text: string, start: number): string | undefined {
  const end = text.indexOf('(', start);
  if (end < 0) return undefined;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    const isLetter = code >= 97 && code <= 122;
    const isDigit = code >= 48 && code <= 57;
    // `_`, and `#` in the names of calls that strace does not know: `syscall_0x1d5#469`.
    if (!isLetter && !isDigit && code !== 95 && code !== 35) return undefined;
  }
  return end === start ? undefined : text.slice(start, end);
}

function kindOf(text: string, start: number, stamped: Stamped): TraceLine {
  const { pid, comm, at } = stamped;
  const name = nameAt(text, start);
  if (name !== undefined) {
    if (!text.endsWith('...>')) {
      return { kind: 'call', pid, comm, at, name, text: text.slice(start) };
    }
    // strace left the process in the call: as little as behind the other is known of its end.
    const half = [UNFINISHED, DETACHED].find((end) => text.endsWith(end));
    if (half !== undefined) {
      const begun = text.slice(start, -half.length);
      return { kind: 'unfinished', pid, comm, at, name, text: begun };
    }
    return { kind: 'call', pid, comm, at, name, text: text.slice(start) };
  }
  RESUMED.lastIndex = start;
  const resumed = RESUMED.exec(text)?.[1];
  if (resumed !== undefined) {
    return { ...stamped, kind: 'resumed', name: resumed, text: text.slice(RESUMED.lastIndex) };
  }
  if (text.startsWith('--- ', start)) return NOTE;
  if (text.startsWith('+++ ', start)) return readEnd(text.slice(start + 4), stamped);
  if (text.startsWith('????(', start)) return NOTE;
  throw new Malformed(noTraceLine(text));
}

function readEnd(text: string, stamped: Stamped): TraceLine {
  if (text.startsWith('exited with')) return { ...stamped, kind: 'exited' };
  if (text.startsWith('killed by')) return { ...stamped, kind: 'killed' };
  const by = SUPERSEDED.exec(text)?.[1];
  if (by !== undefined) return { ...stamped, kind: 'superseded', by: Number(by) };
  return NOTE;
}

/** What a call returned: a number, perhaps an fd's path, or an errno; undefined for `?`. */
export interface Result {
  readonly ret: number;
  readonly path?: string;
  readonly errno?: string;
}

const RESULT = /\s*= (-?(?:0x[0-9a-f]+|\d+)|\?)/y;
/** A pid that the caller's namespace numbers otherwise (`--pidns-translation`). */
const PID_OUTSIDE = / \/\* (\d+) in strace's PID NS \*\//y;
const ERRNO = / ([A-Z][A-Z0-9_]+)/y;

/**
 * The result behind a call's closing bracket; undefined when the process ended in the call.
 *
 * @throws Malformed when there is none: the line was cut off
 */
export function readResult(text: string, from: number): Result | undefined {
  RESULT.lastIndex = from;
  const digits = RESULT.exec(text)?.[1];
  if (digits === undefined) throw new Malformed('no result stands behind the call');
  if (digits === '?') return undefined;
  PID_OUTSIDE.lastIndex = RESULT.lastIndex;
  const ret = Number(PID_OUTSIDE.exec(text)?.[1] ?? digits);
  const cursor = { text, at: RESULT.lastIndex };
  const path = readPath(cursor);
  if (ret >= 0) return { ret, ...(path !== undefined && { path }) };
  ERRNO.lastIndex = cursor.at;
  const errno = ERRNO.exec(text)?.[1];
  return { ret, ...(errno !== undefined && { errno }) };
}
