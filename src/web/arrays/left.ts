/** Which programs left an array, and by which event: the question that most readers come with. */
import type { ArrayTimeline, ArrayVersion } from '../service/answers.ts';

export interface Left {
  readonly boot: number;
  readonly prog_id: number;
  readonly prog_name: string;
  /** The event that took it out of the array. */
  readonly by: ArrayVersion['by'];
}

/** The programs that ran before a position and do not run there, the last one to leave first. */
export function listLeft({ items, programs }: ArrayTimeline, at: number): readonly Left[] {
  const left = new Map<string, Left>();
  let before = new Map<string, { readonly boot: number; readonly prog_id: number }>();
  for (const { position, boot, slots, by } of items) {
    if (position > at) break;
    const now = new Map(slots.map(({ prog_id }) => [`${boot} ${prog_id}`, { boot, prog_id }]));
    for (const key of now.keys()) left.delete(key);
    for (const [key, program] of before) {
      if (now.has(key)) continue;
      const named = programs.find(
        (one) => one.boot === program.boot && one.prog_id === program.prog_id,
      );
      left.set(key, { ...program, prog_name: named?.prog_name ?? '', by });
    }
    before = now;
  }
  return [...left.values()].reverse();
}
