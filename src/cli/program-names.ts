/** What programs are called in a line for people. */
import type { Room } from './table.ts';

interface Named {
  readonly prog_id: number;
  readonly prog_name: string;
}

/**
 * What a program is called: on a terminal its name, where it is the only one of that name; otherwise
 * its id, with the name behind it.
 */
export function programNamer(programs: readonly Named[], room: Room): (id: number) => string {
  const names = new Map(programs.map(({ prog_id, prog_name }) => [prog_id, prog_name]));
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { prog_name } of programs) (seen.has(prog_name) ? shared : seen).add(prog_name);
  return (id) => {
    const name = names.get(id) ?? '';
    if (room !== undefined && name !== '' && !shared.has(name)) return name;
    return `${id} ${name}`.trimEnd();
  };
}
