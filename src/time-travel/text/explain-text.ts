/** An explanation in a sentence, and the smallest change that would alter it. */
import { isRefusal } from '../../domain/outcome.ts';
import { refusalSentence } from '../../domain/rules.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { NamedProgram } from '../../projections/lives.ts';
import { type EventRef, eventRef } from '../event-ref.ts';
import type { Explanation, StandingEntry } from '../explain.ts';
import { REASON_TEXT } from '../reason-text.ts';
import { entryText, eventText, programText } from './words.ts';

export interface Asked {
  readonly path: string;
  readonly attach_type: string | number;
  readonly program: number;
  readonly position: number;
  readonly names: ReadonlyMap<number, NamedProgram>;
  /** Who put the program's entry there, and the entry in its way. */
  readonly put_by?: EventRef;
  readonly blocked_by?: EventRef;
}

/** Why the program is effective or not, in one sentence. */
export function explanationSentence(asked: Asked, explanation: Explanation): string {
  const { path, attach_type, program, position, names } = asked;
  const name = programText(program, names.get(program)?.prog_name);
  const is = explanation.why === 'effective' ? 'is' : 'is not';
  const head = `${name} ${is} effective on ${path} for ${attach_type} at position ${position}`;
  return `${head}: ${because(asked, explanation)}`;
}

function because(asked: Asked, explanation: Explanation): string {
  const { why, event, reason, entry, in_the_way, mode } = explanation;
  const by = event === undefined ? '' : ` at ${eventText(eventRef(event))}`;
  const own = standingText(asked, entry, asked.put_by);
  switch (why) {
    case 'effective':
      return entry === undefined ? 'a kernel bug put it there' : `it runs as ${own}`;
    case 'never_loaded':
      return 'no program of this id was loaded in this boot';
    case 'no_such_cgroup':
      return 'there was never such a cgroup in this boot';
    case 'cgroup_removed':
      return `the cgroup was removed${by}${entry === undefined ? '' : `, and with it ${own}`}`;
    case 'never_attached':
      return 'nobody attached it there or above';
    case 'attach_refused': {
      const other = in_the_way && standingText(asked, in_the_way, asked.blocked_by);
      return `the attach was refused${by}: ${refusalOf(event)}${other ? `; there is ${other}` : ''}`;
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
      return `${own} is in mode ${mode}, and hidden by what is nearer: ${other}`;
    }
    case 'kernel_bug':
      return `${own} stands in the list, but a kernel bug wrote another array`;
    default:
      return why satisfies never;
  }
}

/** `program 5001 (dev) by link 7 on /pod, attached at 12 by runc[5]` */
function standingText(
  asked: Asked,
  entry: StandingEntry | undefined,
  put: EventRef | undefined,
): string {
  if (entry === undefined) return 'it';
  const by = put === undefined ? '' : `, attached at ${put.position} by ${put.comm}[${put.pid}],`;
  return `${entryText(entry, nameIn(asked, entry))} on ${entry.path}${by}`;
}

function nameIn({ names }: Asked, { prog_id }: StandingEntry): string | undefined {
  return names.get(prog_id)?.prog_name;
}

function refusalOf(event: LedgerEvent | undefined): string {
  if (event === undefined || !isRefusal(event.outcome)) return 'for an unknown reason';
  return `${event.outcome.errno}, ${refusalSentence(event.outcome)}`;
}

/** The smallest change after which the answer would be another; undefined where none is known. */
export function smallestChange(
  { path, attach_type, names }: Asked,
  { why, event, entry, in_the_way }: Explanation,
): string | undefined {
  const place = entry?.path ?? path;
  switch (why) {
    case 'never_loaded':
      return 'load the program';
    case 'never_attached':
      return `attach it to ${path} for ${attach_type}`;
    case 'detached':
      return `attach it to ${place} again`;
    case 'link_detached':
      return `make a new link to ${place}: a detached link cannot be attached again`;
    case 'link_freed':
      return `make a new link to ${place} and pin it, so that no process has to hold it`;
    case 'replaced':
      return `attach it to ${place} with multi and without replace, beside what replaced it`;
    case 'link_updated':
      return `update link ${entry?.link_id} back to it, or make another link for it`;
    case 'overridden': {
      if (in_the_way === undefined) return undefined;
      const nearer = entryText(in_the_way, names.get(in_the_way.prog_id)?.prog_name);
      return `take ${nearer} off ${in_the_way.path}, or attach on ${place} with multi instead`;
    }
    case 'attach_refused':
      return changeAfter(event);
    case 'no_such_cgroup':
    case 'cgroup_removed':
      return `make ${path} and attach the program to it`;
    case 'effective':
    case 'kernel_bug':
      return undefined;
    default:
      return why satisfies never;
  }
}

/** What would let a refused attach through, for the rules about what others attached. */
function changeAfter(event: LedgerEvent | undefined): string | undefined {
  if (event === undefined || !isRefusal(event.outcome)) return undefined;
  const { rule, about = {} } = event.outcome;
  switch (rule) {
    case 'hierarchy-exclusive-ancestor':
      return (
        `take the entry of ${about.ancestor} off, ` +
        `or attach it there again with multi (or override): without flags nothing may be below it`
      );
    case 'list-mode-differs':
      return 'attach in the mode that the list has, or empty the list first';
    default:
      return undefined;
  }
}
