import { describe, expect, it } from 'vitest';
import { historyOf, randomHistory, type Step } from '../../test/support/random-history.ts';
import type { Call } from '../domain/call.ts';
import { projector } from './projector.ts';

/** The rows that the last call adds, by table, as objects without the place. */
function rowsOfLast(calls: readonly Call[], release?: string) {
  return rowsOf(historyOf(calls, release));
}

function rowsOf({ kernel, event }: Step) {
  const found: Record<string, object[]> = {};
  projector.project(kernel, event).forEach((rows, i) => {
    const table = projector.tables[i];
    if (table === undefined || rows.length === 0) return;
    found[table.name] = rows.map((row) =>
      Object.fromEntries(
        table.columns
          .map(({ name }, c) => [name, row[c]] as const)
          .filter(([name]) => name !== 'boot' && name !== 'position_from'),
      ),
    );
  });
  return found;
}

const LOAD: Call = { name: 'prog_load', prog_type: 'cgroup_skb' };
const EGRESS = { target_path: '/', attach_type: 'cgroup_inet_egress' } as const;
/** Opens the cgroup as fd 4 and leaves the link as fd 5. */
const LINK: Call = { name: 'link_create', prog_fd: 3, ...EGRESS };

describe('an event adds one version of each thing that it touched', () => {
  it('a boot: itself and the root cgroup', () => {
    const rows = rowsOfLast([]);
    expect(Object.keys(rows)).toEqual(['boots', 'cgroup_versions']);
    expect(rows.cgroup_versions).toEqual([{ cgroup_id: 1, parent_id: 0, path: '/', gone: false }]);
  });

  it('a refused call: nothing', () => {
    expect(rowsOfLast([{ name: 'close', fd: 99 }])).toEqual({});
  });

  it('a fork: nothing, although it opens and counts', () => {
    expect(rowsOfLast([LOAD, { name: 'fork' }])).toEqual({});
  });

  it('a link: itself, and the list with the program that the link runs', () => {
    expect(rowsOfLast([LOAD, LINK])).toEqual({
      link_versions: [
        { link_id: 1, prog_id: 1, attach_type: 'cgroup_inet_egress', cgroup_id: 1, gone: false },
      ],
      entry_versions: [
        {
          cgroup_id: 1,
          attach_type: 'cgroup_inet_egress',
          mode: 'multi',
          revision: 2,
          entries: '[{"prog_id":1,"link_id":1}]',
          gone: false,
        },
      ],
    });
  });

  it('an update of a link: also the list, whose entry runs another program now', () => {
    const { link_versions, entry_versions } = rowsOfLast([
      LOAD,
      LINK,
      LOAD,
      { name: 'link_update', link_fd: 5, new_prog_fd: 4 },
    ]);
    expect(link_versions).toMatchObject([{ link_id: 1, prog_id: 2 }]);
    expect(entry_versions).toMatchObject([{ revision: 3, entries: '[{"prog_id":2,"link_id":1}]' }]);
  });

  it('the last close of a link: an end, and an empty list that keeps its revision', () => {
    const { link_versions, entry_versions } = rowsOfLast([LOAD, LINK, { name: 'close', fd: 5 }]);
    expect(link_versions).toEqual([
      { link_id: 1, prog_id: null, attach_type: null, cgroup_id: null, gone: true },
    ]);
    expect(entry_versions).toMatchObject([
      { mode: 'none', revision: 3, entries: '[]', gone: false },
    ]);
  });

  it('rmdir: the end of the cgroup and of its lists, and a defunct link', () => {
    const target = { target_path: '/a', attach_type: 'cgroup_inet_egress' } as const;
    const rows = rowsOfLast([
      { name: 'mkdir', path: '/a' },
      LOAD,
      { name: 'link_create', prog_fd: 3, ...target },
      { name: 'rmdir', path: '/a' },
    ]);
    expect(rows.cgroup_versions).toEqual([
      { cgroup_id: 2, parent_id: null, path: null, gone: true },
    ]);
    expect(rows.entry_versions).toMatchObject([{ cgroup_id: 2, entries: null, gone: true }]);
    expect(rows.link_versions).toMatchObject([{ link_id: 1, cgroup_id: 0, gone: false }]);
  });

  it('a moved directory: an end and a beginning of each pin below it, none of its own', () => {
    const { pin_versions } = rowsOfLast([
      LOAD,
      { name: 'bpffs_mkdir', path: '/d' },
      { name: 'obj_pin', bpf_fd: 3, path: '/d/p' },
      { name: 'rename', path: '/d', to: '/e' },
    ]);
    expect(pin_versions).toMatchObject([
      { path: '/d/p', gone: true },
      { path: '/e/p', kind: 'prog', object_id: 1, gone: false },
    ]);
  });

  it('a pin that takes the place of another: one version of the new name', () => {
    const { pin_versions } = rowsOfLast([
      LOAD,
      LOAD,
      { name: 'obj_pin', bpf_fd: 3, path: '/p' },
      { name: 'obj_pin', bpf_fd: 4, path: '/q' },
      { name: 'rename', path: '/p', to: '/q' },
    ]);
    expect(pin_versions).toHaveLength(2);
    expect(pin_versions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: '/p', gone: true }),
        expect.objectContaining({ path: '/q', object_id: 1, gone: false }),
      ]),
    );
  });

  it('an attach of a program with a storage map: the new storage', () => {
    const calls: readonly Call[] = [
      { name: 'map_create', map_type: 'cgroup_storage', key_size: 8, value_size: 8 },
      { ...LOAD, map_fds: [3] },
      { name: 'link_create', prog_fd: 4, ...EGRESS },
    ];
    const storage = { map_id: 1, cgroup_id: 1, attach_type: '' };
    expect(rowsOfLast(calls).storage_versions).toEqual([
      { ...storage, value: 0, made: true, gone: false },
    ]);
    const update = { name: 'map_update_elem', map_fd: 3, key: { cgroup_id: 1 }, value: 7 } as const;
    expect(rowsOfLast([...calls, update]).storage_versions).toEqual([
      { ...storage, value: 7, made: false, gone: false },
    ]);
  });
});

describe('a kernel that miscounts preorder entries', () => {
  const flags = ['preorder'] as const;
  const calls: readonly Call[] = [
    LOAD,
    LINK,
    LOAD,
    { name: 'link_create', prog_fd: 4, ...EGRESS, flags },
    LOAD,
    { name: 'link_update', link_fd: 5, new_prog_fd: 6 },
  ];

  it('writes an array that the lists do not say, and a change of the list ends it', () => {
    expect(rowsOfLast(calls, '6.17.13').written_array_versions).toEqual([
      { cgroup_id: 1, attach_type: 'cgroup_inet_egress', prog_ids: '[3,1]' },
    ]);
    const closed: Call = { name: 'close', fd: 7 };
    expect(rowsOfLast([...calls, closed], '6.17.13').written_array_versions).toEqual([
      { cgroup_id: 1, attach_type: 'cgroup_inet_egress', prog_ids: null },
    ]);
  });

  it('leaves no trace on a kernel that counts right', () => {
    expect(rowsOfLast(calls, '6.18').written_array_versions).toBeUndefined();
  });
});

it('each row has a value for each column, and a key that the event did not use before', () => {
  for (const step of randomHistory({ seed: 5, events: 500, release: '6.17.13' })) {
    projector.project(step.kernel, step.event).forEach((rows, i) => {
      const columns = projector.tables[i]?.columns ?? [];
      for (const row of rows) {
        expect(row).toHaveLength(columns.length);
        expect(row).not.toContain(undefined);
      }
      const isKey = columns.map(({ name }, c) => ({ name, c })).filter(({ name }) => KEY.has(name));
      const keys = rows.map((row) => isKey.map(({ c }) => row[c]).join('|'));
      expect(new Set(keys).size).toBe(rows.length);
    });
  }
});

/** The columns that identify a row: each table has some of them. */
const KEY = new Set(['cgroup_id', 'attach_type', 'prog_id', 'link_id', 'path', 'map_id', 'key']);
