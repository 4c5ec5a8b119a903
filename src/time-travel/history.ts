/**
 * Life stories: the events of the log that made, changed, held, released or ended one thing, and
 * the refused calls that were about it. Reasons are those that the log holds, not guesses.
 */
import type { Effect } from '../domain/effect.ts';
import type { Kernel } from '../domain/kernel.ts';
import { isRefusal } from '../domain/outcome.ts';
import { refusalSentence } from '../domain/rules.ts';
import type { LedgerEvent } from '../events/event.ts';
import { fold } from '../events/host-state.ts';
import { type Subject, subject } from './diff/subject.ts';
import { subjectsOf } from './diff/subjects-of.ts';
import { effectText } from './effect-text.ts';
import { mentionsOf } from './mentions.ts';
import { REASON_TEXT } from './reason-text.ts';

/** Whose story: an id means the thing of that id in one boot. */
export type Thing =
  | { readonly kind: 'link' | 'program' | 'map' | 'cgroup' | 'process'; readonly id: number }
  | { readonly kind: 'pin'; readonly path: string };

export interface Chapter {
  readonly event: LedgerEvent;
  /** What happened to the thing, or why the call was refused. */
  readonly what: string;
  /** Why the thing ended with this event; absent where it did not. */
  readonly ended?: string;
}

export interface Pages {
  /** The state before the first event; it is folded through them. */
  readonly kernel: Kernel;
  readonly events: AsyncIterable<readonly LedgerEvent[]>;
  /** Chapters wanted at most. */
  readonly limit: number;
}

export interface Story {
  readonly chapters: readonly Chapter[];
  /** Position of the last event that was looked at. */
  readonly reached: number;
}

/** The next chapters of a thing's story. */
export async function storyOf(thing: Thing, { kernel, events, limit }: Pages): Promise<Story> {
  const chapters: Chapter[] = [];
  let reached = 0;
  for await (const page of events) {
    for (const event of page) {
      if (isAbout(thing, kernel, event)) chapters.push(chapterOf(thing, kernel, event));
      fold(kernel, [event]);
      reached = event.position;
      if (chapters.length >= limit) return { chapters, reached };
    }
  }
  return { chapters, reached };
}

function isAbout(thing: Thing, kernel: Kernel, event: LedgerEvent): boolean {
  if (thing.kind === 'process' && event.pid === thing.id) return true;
  const isOurs = (subjects: ReadonlySet<Subject>): boolean => {
    if (subjects.has(subjectOf(thing))) return true;
    if (thing.kind !== 'cgroup') return false;
    return [...subjects].some((one) => one.startsWith(`list ${thing.id} `));
  };
  if (isOurs(subjectsOf(kernel, event))) return true;
  return isRefusal(event.outcome) && isOurs(mentionsOf(kernel, event));
}

function subjectOf(thing: Thing): Subject {
  switch (thing.kind) {
    case 'program':
      return subject.object('prog', thing.id);
    case 'link':
    case 'map':
      return subject.object(thing.kind, thing.id);
    case 'cgroup':
      return subject.cgroup(thing.id);
    case 'process':
      return subject.process(thing.id);
    case 'pin':
      return subject.path(thing.path);
    default:
      return thing satisfies never;
  }
}

function chapterOf(thing: Thing, kernel: Kernel, event: LedgerEvent): Chapter {
  const { outcome, effects } = event;
  if (isRefusal(outcome)) {
    return { event, what: `refused with ${outcome.errno}: ${refusalSentence(outcome)}` };
  }
  const ended = effects.map((effect) => endOf(thing, event.pid, effect)).find((end) => end);
  // The holder that lets go at exit is not named by an effect of its own.
  const what = effects.length > 0 ? effects.map(effectText).join('; ') : answerText(event);
  return { event, what: withPath(kernel, what), ...(ended && { ended }) };
}

/** Cgroup ids of effects with the paths that they have. */
function withPath(kernel: Kernel, what: string): string {
  return what.replace(/cgroup (\d+)(?! made at)/g, (found, id: string) => {
    const path = kernel.cgroups.get(Number(id))?.path;
    return path === undefined ? found : `${found} (${path})`;
  });
}

function answerText({ outcome }: LedgerEvent): string {
  if (isRefusal(outcome)) return outcome.errno;
  const { ret, query, info, next_id } = outcome;
  if (query !== undefined) return `found programs [${query.prog_ids.join(', ')}]`;
  if (info?.kind === 'prog') return `program ${info.id}, ${info.prog_name || 'without a name'}`;
  if (info?.kind === 'link') return `link ${info.id} on cgroup ${info.cgroup_id}`;
  if (info?.kind === 'map') return `map ${info.id}, ${info.map_name || 'without a name'}`;
  return next_id === undefined ? `returned ${ret}` : `found id ${next_id}`;
}

function endOf(thing: Thing, pid: number, effect: Effect): string | undefined {
  switch (effect.type) {
    case 'LinkFreed':
      return thing.kind === 'link' && thing.id === effect.link_id
        ? REASON_TEXT[effect.reason]
        : undefined;
    case 'ProgFreed':
      return thing.kind === 'program' && thing.id === effect.prog_id
        ? REASON_TEXT[effect.reason]
        : undefined;
    case 'MapFreed':
      return thing.kind === 'map' && thing.id === effect.map_id
        ? REASON_TEXT[effect.reason]
        : undefined;
    case 'CgroupRemoved':
      return thing.kind === 'cgroup' && thing.id === effect.cgroup_id
        ? 'it was removed'
        : undefined;
    case 'ProcessExited':
      return thing.kind === 'process' && thing.id === pid ? 'it exited' : undefined;
    case 'PinRemoved':
      return thing.kind === 'pin' && thing.path === effect.path ? 'it was removed' : undefined;
    case 'PathMoved':
      return thing.kind === 'pin' && thing.path === effect.path ? 'it was renamed' : undefined;
    default:
      return undefined;
  }
}
