// What the log makes of things that were found, or are gone.

import { describe, expect, it } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import type { EffectOf } from '../../src/domain/effect.ts';
import { applyAll } from '../../src/domain/evolve.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import type { Sighting } from '../../src/domain/observed/sighting.ts';
import { perform } from '../../src/domain/perform.ts';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import { observeSighting, types } from '../support/observing.ts';

const skb = { name: 'prog_load', prog_type: 'cgroup_skb' } as const;
const egress = 'cgroup_inet_egress';

/** A kernel with /a, and a program 1 at fd 3 of init. */
function preparedKernel(release = '6.18'): Kernel {
  const kernel = boot(release);
  perform(kernel, 1, { name: 'mkdir', path: '/a' });
  perform(kernel, 1, skb);
  return kernel;
}

describe('sightings', () => {
  it('of a process that is gone leave a table of fds to those who share it', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { name: 'spawn', child_pid: 20 });
    perform(kernel, 20, skb);
    perform(kernel, 20, { name: 'fork', child_pid: 21, clone_files: true });
    const { observed } = observeSighting(kernel, { name: 'gone', process: {} }, 21);
    expect(types(observed.effects)).toEqual(['ProcessExited']);
    expect(
      types(observeSighting(kernel, { name: 'gone', process: {} }, 20).observed.effects),
    ).toEqual([...['ProcessExited', 'ProgFreed']]);
  });

  it('make a running host, in the order of a snapshot', () => {
    const kernel = boot('6.18');
    const found = [
      { name: 'found', cgroup: { path: '/a', id: 386 } },
      { name: 'found', map: { id: 3, map_type: 'hash', key_size: 4, max_entries: 8 } },
      { name: 'found', prog: { id: 477, prog_type: 'cgroup_skb', map_ids: [3] } },
      { name: 'found', entry: { cgroup: '/a', attach_type: egress, mode: 'multi', prog_id: 477 } },
      {
        name: 'found',
        link: { id: 12, prog_id: 477, attach_type: egress, cgroup: '/a', index: 0 },
      },
      { name: 'found', link: { id: 13, prog_id: 477, attach_type: egress } },
      { name: 'found', pin: { path: '/d/l', kind: 'link', id: 13 } },
    ] as const satisfies Sighting[];
    for (const one of found) expect(observeSighting(kernel, one).inferred).toEqual([]);
    const process = { uid: 5, caps: ['bpf'], cgroup: '/a' } as const;
    observeSighting(kernel, { name: 'found', process }, 812);
    observeSighting(
      kernel,
      { name: 'found', fd: { fd: 9, kind: 'link', id: 12, cloexec: false } },
      812,
    );
    for (const one of found) expect(observeSighting(kernel, one).observed.effects).toEqual([]);
    expect(kernel.cgroups.get(386)?.lists.get(egress)).toMatchObject({
      mode: 'multi',
      entries: [{ link_id: 12 }, { prog_id: 477 }],
    });
    expect(kernel.links.get(13)).toMatchObject({ cgroup_id: 0, refs: 1 });
    perform(kernel, 812, { name: 'exec' });
    expect(kernel.links.has(12)).toBe(true);
    const { effects } = perform(kernel, 812, { name: 'exit' });
    expect(types(effects)).toEqual(['ProcessExited', 'EntryRemoved', 'LinkFreed']);
  });

  it('of a program count a map once, however often it is named', () => {
    const kernel = boot('6.18');
    const prog = { id: 1, map_ids: [4, 4] };
    expect(observeSighting(kernel, { name: 'found', prog }).observed.effects).toMatchObject([
      { type: 'ProgLoaded', map_ids: [4] },
    ]);
    const { observed } = observeSighting(kernel, { name: 'gone', prog: { id: 1 } });
    expect(types(observed.effects)).toEqual(['HoldersForgotten', 'ProgFreed', 'MapFreed']);
  });

  it('end a program to which an older log gave a map twice', () => {
    const kernel = boot('6.18');
    observeSighting(kernel, { name: 'found', map: { id: 4 } });
    const load = perform(boot('6.18'), 1, skb).effects[0] as EffectOf<'ProgLoaded'>;
    const { fd: _, ...twice } = { ...load, map_ids: [4, 4] };
    applyAll(kernel, [twice], 1);
    observeSighting(kernel, { name: 'gone', prog: { id: 1 } });
    expect(kernel.maps.has(4)).toBe(false);
  });

  it('number cgroups apart from all others, also in an older log that has such ids', () => {
    const kernel = boot('6.18');
    const makeCgroup = (cgroup_id: number, path: string) =>
      applyAll(kernel, [{ type: 'CgroupMade', cgroup_id, path }], 1);
    const find = (path: string) => {
      observeSighting(kernel, { name: 'found', cgroup: { path } });
      return kernel.cgroupIds.get(path);
    };
    makeCgroup(2 ** 52 - 1, '/x');
    makeCgroup(2 ** 53, '/y');
    expect(find('/z')).toBe(2 ** 52);
    expect(find('/w')).toBe(2 ** 52 + 1);
    for (const path of ['/1', '/2', '/3']) {
      expect(perform(kernel, 1, { name: 'mkdir', path }).outcome).toEqual({ ret: 0 });
    }
    expect(new Set(kernel.cgroupIds.values()).size).toBe(8);
    expect(kernel.cgroups.size).toBe(8);
  });

  it('of the last ids leave the next objects ids of 32 bits', () => {
    const kernel = preparedKernel();
    const id = 2 ** 32 - 1;
    for (const kind of ['prog', 'map'] as const) {
      observeSighting(kernel, { name: 'found', [kind]: { id } } as unknown as Sighting);
    }
    const link = { id, prog_id: 1, attach_type: egress } as const;
    observeSighting(kernel, { name: 'found', link });
    perform(kernel, 1, skb);
    const sizes = { key_size: 4, value_size: 4, max_entries: 1 } as const;
    perform(kernel, 1, { name: 'map_create', map_type: 'array', ...sizes });
    perform(kernel, 1, { name: 'link_create', target_path: '/a', attach_type: egress, prog_fd: 3 });
    expect([...kernel.programs.keys()]).toEqual([1, id, 2]);
    expect([...kernel.maps.keys()]).toEqual([id, 1]);
    expect([...kernel.links.keys()]).toEqual([id, 1]);
  });

  it('of a link that runs another program say so', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { name: 'link_create', target_path: '/a', attach_type: egress, prog_fd: 3 });
    const link = { id: 1, prog_id: 50, attach_type: egress, cgroup: '/a' } as const;
    const { inferred, observed } = observeSighting(kernel, { name: 'found', link });
    expect(inferred).toMatchObject([{ call: { name: 'found', prog: { id: 50 } } }]);
    expect(observed.effects).toMatchObject([
      { type: 'LinkUpdated', link_id: 1, prog_id: 50, was_prog_id: 1 },
    ]);
  });

  it('of what is not there leave nothing', () => {
    const kernel = preparedKernel();
    const before = JSON.stringify(snapshotOf(kernel));
    for (const gone of [
      { process: {} },
      { cgroup: { path: '/' } },
      { cgroup: { path: '/x' } },
      { prog: { id: 9 } },
      { map: { id: 9 } },
      { link: { id: 9 } },
      { entry: { cgroup: '/a', attach_type: egress, prog_id: 1 } },
      { pin: { path: '/' } },
      { pin: { path: '/x' } },
      { fd: { fd: 77 } },
    ]) {
      const { observed } = observeSighting(kernel, { name: 'gone', ...gone } as Sighting);
      expect(observed.effects).toEqual([]);
    }
    observeSighting(kernel, { name: 'lost', events: 3 });
    expect(JSON.stringify(snapshotOf(kernel))).toBe(before);
  });

  it('of a map take the programs that use it along', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, {
      name: 'map_create',
      map_type: 'array',
      key_size: 4,
      value_size: 4,
      max_entries: 1,
    });
    perform(kernel, 1, { ...skb, map_fds: [4] });
    const { inferred } = observeSighting(kernel, { name: 'gone', map: { id: 1 } });
    expect(inferred).toMatchObject([{ call: { name: 'gone', prog: { id: 2 } } }]);
    expect(kernel.maps.size + kernel.programs.size).toBe(1);
  });

  it('of a directory of the bpffs take all below along', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { name: 'bpffs_mkdir', path: '/d' });
    perform(kernel, 1, { name: 'obj_pin', bpf_fd: 3, path: '/d/p' });
    const { observed } = observeSighting(kernel, { name: 'gone', pin: { path: '/d' } });
    expect(types(observed.effects)).toEqual(['PinRemoved', 'DirectoryRemoved']);
  });
});
