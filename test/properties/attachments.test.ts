// Counting in one walk gives what making each effective array gives, on random trees with random lists.

import { expect, it } from 'vitest';
import { emptyKernel } from '../../src/domain/boot.ts';
import { effectiveArray } from '../../src/domain/effective.ts';
import { type Kernel, NO_LISTS, ROOTS_ACCESS } from '../../src/domain/kernel.ts';
import { setList } from '../../src/domain/list.ts';
import { Attachments, type ListSize } from '../../src/projections/fleet/attachments.ts';
import { spellType } from '../../src/projections/spelling.ts';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';
import { seedOfRun } from '../support/seed.ts';

const TYPES = ['cgroup_inet_egress', 'cgroup_device', 4_000_001] as const;
const MODES = ['none', 'override', 'multi'] as const;

/** A kernel of some cgroups, and its lists. */
function randomWorld(random: Random): { readonly kernel: Kernel; readonly lists: ListSize[] } {
  const kernel = emptyKernel();
  const lists: ListSize[] = [];
  for (let id = 1; id <= 1 + random.below(30); id++) {
    const parent = id === 1 ? undefined : kernel.cgroups.get(1 + random.below(id - 1));
    const path = parent === undefined ? '/' : `${parent.path}/${id}`.replace('//', '/');
    const place = { id, parent_id: parent?.id ?? 0, path, lists: NO_LISTS, access: ROOTS_ACCESS };
    const counts = {
      children: 0,
      processes: 0,
      threaded: false,
      threaded_children: 0,
      controllers: 0,
    };
    kernel.cgroups.set(id, { ...place, ...counts });
    const cgroup = kernel.cgroups.get(id);
    for (const attach_type of TYPES) {
      const programs = random.below(3) === 0 ? 1 + random.below(3) : 0;
      if (cgroup === undefined || programs === 0) continue;
      const mode = MODES[random.below(MODES.length)] ?? 'none';
      const entries = Array.from({ length: programs }, (_, i) => ({ prog_id: i + 1 }));
      setList(cgroup, attach_type, { mode, revision: 1, entries });
      lists.push({ cgroup_id: id, attach_type: spellType(attach_type), mode, programs });
    }
  }
  return { kernel, lists };
}

it('counts the places of effective arrays as making them does', async () => {
  const seed = seedOfRun();
  const random = randomFrom(seed);
  for (let i = 0; i < 300; i++) {
    const { kernel, lists } = randomWorld(random);
    const cgroups = [...kernel.cgroups.values()];
    const expected = TYPES.map((type) =>
      cgroups.reduce((n, cgroup) => n + effectiveArray(kernel, cgroup, type).length, 0),
    );
    const counts = new Attachments();
    const places = cgroups.map(({ id: cgroup_id, parent_id, path }) => {
      return { cgroup_id, parent_id, length: path.length };
    });
    // Rows come by id, and a parent may have the higher one.
    await counts.addHost(places.toReversed(), lists);
    const counted = TYPES.map((type) => counts.effective.get(spellType(type)) ?? 0);
    expect(counted, `BPFLEDGER_SEED=${seed}, world ${i}`).toEqual(expected);
  }
});
