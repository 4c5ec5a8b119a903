import { NO_BTF, type ProgramBtf } from '../btf-row.ts';
import type { EffectOf } from '../effect.ts';
import { NO_IDS } from '../ids.ts';
import type { Kernel } from '../kernel.ts';
import { ownerOf } from '../maps/holding.ts';
import { HOSTS_NAMESPACE } from '../namespace-row.ts';
import { keepUserNamespace } from './namespaces.ts';
import { addBtfRefs, addRefs, assertUnreferenced, openFd } from './references.ts';

export function evolveProgram(
  kernel: Kernel,
  effect: EffectOf<'ProgLoaded'> | EffectOf<'ProgFreed'> | EffectOf<'ProgIdBurned'>,
  pid: number,
): void {
  if (effect.type === 'ProgIdBurned') {
    kernel.counters.prog = Math.max(kernel.counters.prog, effect.prog_id + 1);
    return;
  }
  if (effect.type === 'ProgFreed') {
    const program = kernel.programs.edit(effect.prog_id);
    const { map_ids, btf, token_user } = program;
    assertUnreferenced('prog', program);
    for (const id of map_ids) addRefs(kernel, 'map', id, -1);
    for (const id of btf.held) addBtfRefs(kernel, id, -1);
    kernel.contents -= map_ids.length + btf.held.length;
    kernel.programs.delete(effect.prog_id);
    keepUserNamespace(kernel, token_user, -1);
    return;
  }
  const { prog_id: id, prog_type, expected_attach_type, enforced, prog_name, tag, uid } = effect;
  const { map_ids, storage_map_ids, pages = 1 } = effect;
  const { token_user_id: token_user = HOSTS_NAMESPACE, xdp_has_frags = false } = effect;
  const btf = btfOf(effect);
  // Written out: docs/performance.md#a-spread-with-a-new-field
  kernel.programs.set(id, {
    id,
    prog_type,
    expected_attach_type,
    enforced,
    prog_name,
    tag,
    uid,
    map_ids,
    storage_map_ids,
    btf,
    pages,
    refs: 0,
    token_user,
    xdp_has_frags,
  });
  keepUserNamespace(kernel, token_user, 1);
  kernel.counters.prog = Math.max(kernel.counters.prog, id + 1);
  if (map_ids.length > 0 || btf.held.length > 0) holdWhatIsUsed(kernel, effect, btf.held);
  if (effect.fd !== undefined) openFd(kernel, pid, effect.fd, { kind: 'prog', id });
}

function holdWhatIsUsed(
  kernel: Kernel,
  effect: EffectOf<'ProgLoaded'>,
  btfIds: readonly number[],
): void {
  const { map_ids } = effect;
  for (const id of map_ids) {
    addRefs(kernel, 'map', id, 1);
    // A prog_array takes only programs like the first that it has to do with.
    const map = kernel.maps.get(id);
    if (map?.map_type !== 'prog_array' || map.owner !== undefined) continue;
    kernel.maps.edit(id).owner = ownerOf(kernel, effect);
  }
  for (const id of btfIds) addBtfRefs(kernel, id, 1);
  kernel.contents += map_ids.length + btfIds.length;
}

function btfOf({ attach_btf_id = 0, btf_ids }: EffectOf<'ProgLoaded'>): ProgramBtf {
  if (attach_btf_id === 0 && btf_ids === undefined) return NO_BTF;
  return { attach_btf_id, held: btf_ids ?? NO_IDS };
}
