/** An explanation in a sentence. */
import { isRefusal } from '../../domain/outcome.ts';
import { refusalSentence } from '../../domain/refusal-sentence.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { NamedProgram } from '../../projections/lives.ts';
import { type EventRef, eventRef } from '../wording/event-ref.ts';
import { REASON_TEXT } from '../wording/reason-text.ts';
import { entryText, eventText, programText } from '../wording/words.ts';
import type { ProgramPlace } from './asked-explanation.ts';
import { type Explanation, isBeyondRules, type StandingEntry } from './explain.ts';

export interface ExplainQuestion {
  readonly path: string;
  readonly attach_type: string | number;
  readonly program: number;
  readonly position: number;
  /** Release of the kernel in the boot of the question. */
  readonly release: string;
  readonly names: ReadonlyMap<number, NamedProgram>;
  /** Where the program stands. */
  readonly stands_at: readonly ProgramPlace[];
  /** Where the log was cut since the boot. */
  readonly begins?: number;
  /** Who put the program's entry there, and the entry in its way. */
  readonly put_by?: EventRef;
  readonly blocked_by?: EventRef;
}

/** Why the program is effective or not, in one sentence. */
export function explanationSentence(asked: ExplainQuestion, explanation: Explanation): string {
  const { path, attach_type, program, position, names } = asked;
  const known = names.get(program);
  const name = known === undefined ? `program ${program}` : programText(program, known.prog_name);
  const is = explanation.why === 'effective' ? 'is' : 'is not';
  const head = `${name} ${is} effective on ${path} for ${attach_type} at position ${position}`;
  return [
    `${head}: ${because(asked, explanation)}`,
    lateText(explanation),
    retryText(asked, explanation),
    elsewhere(asked, explanation),
    removedText(asked),
  ].join('');
}

/** What is not there to explain it by. */
function removedText({ begins }: ExplainQuestion): string {
  if (begins === undefined) return '';
  return `; the events before position ${begins} were removed when the log was cut`;
}

/** Why somebody may have seen it run after the event. */
function lateText({ why, eventually }: Explanation): string {
  if (!eventually) return '';
  return why === 'cgroup_removed'
    ? '; the kernel lets go of its programs a moment after the call, and not before its last socket is closed'
    : '; the kernel does that a moment after the call, so it still ran when the call returned';
}

/** An attempt to attach it again, after it ended. */
function retryText(asked: ExplainQuestion, { later_refusal, in_the_way }: Explanation): string {
  if (later_refusal === undefined) return '';
  const other = in_the_way && standingText(asked, in_the_way, asked.blocked_by);
  const when = eventText(eventRef(later_refusal));
  return (
    `; a later attempt to attach it was refused at ${when}: ${refusalOf(asked, later_refusal)}` +
    `${other ? `; there is ${other}` : ''}`
  );
}

/** Places that one sentence names. */
const PLACES_MAX = 3;

/** Where else the program is attached: often the question means that place. */
function elsewhere(
  { path, attach_type, stands_at }: ExplainQuestion,
  { why, entry }: Explanation,
): string {
  if (why === 'effective') return '';
  const others = stands_at.filter(
    (place) =>
      place.attach_type !== attach_type || (place.path !== path && place.path !== entry?.path),
  );
  if (others.length === 0) return '';
  const named = others
    .slice(0, PLACES_MAX)
    .map((place) => `${place.path} for ${place.attach_type}`);
  const more = others.length - named.length;
  return `; it is attached on ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function because(asked: ExplainQuestion, explanation: Explanation): string {
  const { why, event, reason, entry, in_the_way, mode } = explanation;
  const by = event === undefined ? '' : ` at ${eventText(eventRef(event))}`;
  const own = standingText(asked, entry, asked.put_by);
  // Of a log that was cut it is known since the cut alone that something never was.
  const never = asked.begins === undefined ? 'in this boot' : `since position ${asked.begins}`;
  switch (why) {
    case 'effective':
      return entry === undefined ? 'a kernel bug put it there' : `it runs as ${own}`;
    case 'never_loaded':
      return `no program of this id was loaded ${never}`;
    case 'no_such_cgroup':
      return `there was no such cgroup ${never}`;
    case 'cgroup_removed':
      return `the cgroup was removed${by}${entry === undefined ? '' : `, and with it ${own}`}`;
    case 'never_attached':
      return `nobody attached it to this cgroup or to one above it${asked.begins === undefined ? '' : ` ${never}`}`;
    case 'attach_refused': {
      const other = in_the_way && standingText(asked, in_the_way, asked.blocked_by);
      return `the attach was refused${by}: ${refusalOf(asked, event)}${other ? `; there is ${other}` : ''}`;
    }
    case 'detached':
    case 'link_detached':
      return `${own} was detached${by}`;
    case 'link_freed':
      return `${own} ended${by}: ${reason === undefined ? '' : REASON_TEXT[reason]}`;
    case 'replaced':
      return `${own} was replaced${by}`;
    case 'link_updated':
      return `${own} was updated to another program${by}`;
    case 'overridden': {
      const other = standingText(asked, in_the_way, asked.blocked_by);
      return `${own} is in mode ${mode}, and an entry of a nearer cgroup hides it: ${other}`;
    }
    case 'unseen':
      return `${own} is gone, and how was not seen${by}`;
    case 'kernel_bug':
      return `${own} is in the list, but a kernel bug wrote another effective array`;
    default:
      return why satisfies never;
  }
}

/**
 * `program 5001 (dev) by link 7 on /pod (attached at 12 by runc[5])`, or `(found at 12)` where nobody
 * saw who attached it.
 */
function standingText(
  asked: ExplainQuestion,
  entry: StandingEntry | undefined,
  put: EventRef | undefined,
): string {
  if (entry === undefined) return 'it';
  const by = put === undefined ? '' : ` (${placementText(put)})`;
  return `${entryText(entry, nameIn(asked, entry))} on ${entry.path}${by}`;
}

function placementText({ call, position, comm, pid }: EventRef): string {
  return call === 'found' ? `found at ${position}` : `attached at ${position} by ${comm}[${pid}]`;
}

function nameIn({ names }: ExplainQuestion, { prog_id }: StandingEntry): string | undefined {
  return names.get(prog_id)?.prog_name;
}

function refusalOf(asked: ExplainQuestion, event: LedgerEvent | undefined): string {
  if (event === undefined || !isRefusal(event.outcome)) return 'for an unknown reason';
  if (isBeyondRules(event)) return beyondText(event, asked.release);
  return `${event.outcome.errno}, ${refusalSentence(event.outcome)}`;
}

/** Who may have refused what the rules do not. */
function beyondText({ outcome, expected }: LedgerEvent, release: string): string {
  const errno = isRefusal(outcome) ? outcome.errno : '';
  const rules = expected === undefined || !isRefusal(expected) ? 'ok' : expected.errno;
  return (
    `${errno}; no rule of ${release} gives this (the rules say: ${rules}). ` +
    "Possible causes: an LSM, seccomp, no memory, a vendor's kernel"
  );
}
