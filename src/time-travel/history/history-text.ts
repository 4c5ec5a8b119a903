/** A history as text: a line for each event, and why the object ended. */
import { eventRef } from '../wording/event-ref.ts';
import { eventText } from '../wording/words.ts';
import type { Chapter, Thing } from './history.ts';

/** `link 7`, `pin /x` */
export function thingText(thing: Thing): string {
  if ('id' in thing) return `${thing.kind} ${thing.id}`;
  return `${thing.kind === 'pin' ? 'pin' : 'cgroup'} ${thing.path}`;
}

/** The lines of chapters. */
export function historyText(thing: Thing, chapters: readonly Chapter[]): string[] {
  return chapters.flatMap(({ event, what, ended }) => [
    `${eventText(eventRef(event))}`,
    `   ${what}`,
    ...(ended === undefined ? [] : [`   ${thingText(thing)} ended: ${ended}`]),
  ]);
}
