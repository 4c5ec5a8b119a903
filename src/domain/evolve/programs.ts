import type { EffectOf } from '../effect.ts';
import type { Kernel } from '../kernel.ts';
import { addRefs, assertUnreferenced, openFd } from './references.ts';

export function evolveProgram(
  kernel: Kernel,
  effect: EffectOf<'ProgLoaded'> | EffectOf<'ProgFreed'>,
  pid: number,
): void {
  if (effect.type === 'ProgFreed') {
    assertUnreferenced(kernel, 'prog', effect.prog_id);
    for (const id of kernel.programs.edit(effect.prog_id).map_ids) addRefs(kernel, 'map', id, -1);
    kernel.programs.delete(effect.prog_id);
    return;
  }
  const { type: _, prog_id: id, fd, ...program } = effect;
  kernel.programs.set(id, { ...program, id, refs: 0 });
  kernel.counters.prog = Math.max(kernel.counters.prog, id + 1);
  for (const mapId of program.map_ids) addRefs(kernel, 'map', mapId, 1);
  openFd(kernel, pid, fd, { kind: 'prog', id });
}
