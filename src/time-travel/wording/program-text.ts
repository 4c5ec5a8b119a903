import type { EntryHolder } from '../../domain/effect.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { progIdOf } from '../../domain/list.ts';

/** A program for people: its id, and its name where it has one. */
export function programText(kernel: Kernel, progId: number): string {
  const name = kernel.programs.get(progId)?.prog_name ?? '';
  return name === '' ? `program ${progId}` : `program ${progId} (${name})`;
}

/** An entry for people: its link, where it has one, and its program. */
export function entryText(kernel: Kernel, entry: EntryHolder): string {
  const program = programText(kernel, progIdOf(kernel, entry));
  return 'link_id' in entry ? `link ${entry.link_id} (${program})` : program;
}
