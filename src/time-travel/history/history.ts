/**
 * Histories: the events of the log that made, changed, held, released or ended one object, and
 * the refused calls that were about it. The reasons come from the log; none is guessed.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Effect } from '../../domain/effect.ts';
import { cgroupAt } from '../../domain/effective.ts';
import { isEventual } from '../../domain/eventual.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { progIdOf } from '../../domain/list.ts';
import { isRefusal, type Refusal } from '../../domain/outcome.ts';
import { refusalSentence } from '../../domain/refusal-sentence.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { fold } from '../../events/reading/host-state.ts';
import { type LinkHolders, linkHolders } from '../blame/blame.ts';
import { behindFd, mentionsOf } from '../subjects/mentions.ts';
import { type Subject, subject } from '../subjects/subject.ts';
import { subjectsOf } from '../subjects/subjects-of.ts';
import { effectText, foundText } from '../wording/effect-text.ts';
import { REASON_TEXT } from '../wording/reason-text.ts';

/** The object of a history: an id means the object with that id in one boot. */
export type Thing =
  | { readonly kind: 'link' | 'program' | 'map' | 'cgroup' | 'process'; readonly id: number }
  | { readonly kind: 'pin'; readonly path: string }
  /** All cgroups that had a path, one after the other. */
  | { readonly kind: 'cgroups'; readonly path: string };

export interface Chapter {
  readonly event: LedgerEvent;
  /** What happened to the object, or why the call was refused. */
  readonly what: string;
  /** Why the object ended with this event; absent when it did not end. */
  readonly ended?: string;
  /** Of a link: who keeps it alive after the event; absent when nothing does. */
  readonly held_by?: LinkHolders;
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
  /** Position of the last event that was read. */
  readonly reached: number;
}

/** The next chapters of an object's history. */
export async function storyOf(thing: Thing, { kernel, events, limit }: Pages): Promise<Story> {
  const chapters: Chapter[] = [];
  let reached = 0;
  for await (const page of events) {
    for (const event of page) {
      const chapter = isAbout(thing, kernel, event) && chapterOf(thing, kernel, event);
      fold(kernel, [event]);
      if (chapter) chapters.push({ ...chapter, ...holdersField(thing, kernel) });
      reached = event.position;
      if (chapters.length >= limit) return { chapters, reached };
    }
  }
  return { chapters, reached };
}

function holdersField(thing: Thing, kernel: Kernel): Pick<Chapter, 'held_by'> {
  if (thing.kind !== 'link' || !kernel.links.has(thing.id)) return {};
  const held_by = linkHolders(kernel, [{ link_id: thing.id }]).get(thing.id);
  return held_by === undefined ? {} : { held_by };
}

function isAbout(thing: Thing, kernel: Kernel, event: LedgerEvent): boolean {
  if (thing.kind === 'process' && event.pid === thing.id) return true;
  const isOurs = (subjects: ReadonlySet<Subject>): boolean => {
    if (thing.kind === 'program' && hasLinkOf(kernel, thing.id, subjects)) return true;
    if (thing.kind !== 'cgroups')
      return subjects.has(subjectOf(thing)) || hasListOf(thing, subjects);
    const id = kernel.cgroupIds.get(thing.path);
    if (id === undefined) return false;
    return subjects.has(subject.cgroup(id)) || hasListOf({ kind: 'cgroup', id }, subjects);
  };
  if (thing.kind === 'cgroups' && makes(event, thing.path)) return true;
  if (isOurs(subjectsOf(kernel, event))) return true;
  return isRefusal(event.outcome) && isOurs(mentionsOf(kernel, event));
}

/** A program lives as long as its links, so their holders are part of its history. */
function hasLinkOf(kernel: Kernel, progId: number, subjects: ReadonlySet<Subject>): boolean {
  return [...subjects].some((one) => {
    const [, link] = /^link (\d+)$/.exec(one) ?? [];
    return link !== undefined && kernel.links.get(Number(link))?.prog_id === progId;
  });
}

function hasListOf(thing: Thing, subjects: ReadonlySet<Subject>): boolean {
  if (thing.kind !== 'cgroup') return false;
  return [...subjects].some((one) => one.startsWith(`list ${thing.id} `));
}

function makes({ effects }: LedgerEvent, path: string): boolean {
  return effects.some((effect) => effect.type === 'CgroupMade' && effect.path === path);
}

function subjectOf(thing: Exclude<Thing, { kind: 'cgroups' }>): Subject {
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
    return { event, what: `refused with ${outcome.errno}: ${refusalText(kernel, outcome)}` };
  }
  const ended = effects.map((effect) => endOf(thing, event.pid, effect)).find((end) => end);
  const inWords = event.call.name === 'found' ? foundText : effectText;
  const happened =
    effects.length > 0
      ? effects.map((effect) => `${inWords(effect)}${lateText(event, effect)}`)
      : [answerText(event)];
  const notes = [...noteClosedFds(thing, kernel, event), ...noteIgnoredReplace(kernel, event)];
  const what = [...happened, ...notes].join('; ');
  return { event, what: withNames(kernel, what), ...(ended && { ended }) };
}

/** The fds on the object that close with a process: they have no effects of their own. */
function noteClosedFds(thing: Thing, kernel: Kernel, { effects, pid }: LedgerEvent): string[] {
  if (thing.kind !== 'program' && thing.kind !== 'link' && thing.kind !== 'map') return [];
  const exits = effects.filter((effect) => effect.type === 'ProcessExited');
  return exits.flatMap((effect) => {
    const ended = effect.pid ?? pid;
    const process = kernel.processes.get(ended);
    if (process === undefined || process.shared_with.length > 0) return [];
    const object = subjectOf(thing);
    const fds = process.fds.numbers().filter((fd) => behindFd(kernel, ended, fd) === object);
    return fds.map((fd) => `fd ${fd} of process ${ended} on ${thing.kind} ${thing.id} closed`);
  });
}

/** A program that the caller meant to replace, and did not: the kernel silently ignores the field. */
function noteIgnoredReplace(kernel: Kernel, { call, pid }: LedgerEvent): string[] {
  if (call.name !== 'prog_attach' || !call.replace_bpf_fd) return [];
  if (call.flags?.includes('replace')) return [];
  const named = behindFd(kernel, pid, call.replace_bpf_fd)?.replace('prog', 'program');
  return [
    `replace_bpf_fd names ${named ?? 'no program'}, but the kernel ignores it without the flag replace`,
  ];
}

/** What the kernel does after the call is not there yet when the call returns. */
function lateText({ call }: LedgerEvent, effect: Effect): string {
  return isEventual(call.name, effect) ? ', a moment after the call' : '';
}

/** Ids of cgroups with their paths, and of programs with their names. */
function withNames(kernel: Kernel, what: string): string {
  return what.replace(
    /(cgroup|program) (\d+)(?! (?:made|loaded))\b/g,
    (found, kind, id: string) => {
      const name =
        kind === 'cgroup'
          ? kernel.cgroups.get(Number(id))?.path
          : kernel.programs.get(Number(id))?.prog_name;
      return name ? `${found} (${name})` : found;
    },
  );
}

/** The sentence of a refusal, and the program that an exclusive ancestor holds. */
function refusalText(kernel: Kernel, refusal: Refusal): string {
  const sentence = withNames(kernel, refusalSentence(refusal));
  const { ancestor, attach_type } = refusal.about ?? {};
  const above = cgroupAt(kernel, String(ancestor));
  const [entry] = above?.lists.get(attach_type as AttachType)?.entries ?? [];
  if (entry === undefined) return sentence;
  return `${sentence}: ${withNames(kernel, `program ${progIdOf(kernel, entry)}`)}`;
}

function answerText({ call, outcome }: LedgerEvent): string {
  if (isRefusal(outcome)) return outcome.errno;
  const { ret, query, info, next_id } = outcome;
  if (query !== undefined) {
    const found = query.prog_ids.map((id) => `program ${id}`).join(', ') || 'no program';
    return `found ${found}${'attach_type' in call ? ` for ${call.attach_type}` : ''}`;
  }
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
