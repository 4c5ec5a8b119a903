import { describe, expect, it } from 'vitest';
import { bpftoolSnapshot } from './bpftool-snapshot.ts';
import { readHostFiles } from './host-files.ts';

const AT = '2026-03-25T03:12:00Z';
const TAG = 'a04f5eef06a7f555';

// As bpftool 5.10 prints them: short names of hooks, flags of the kernel's header.
const PROGS = [
  {
    id: 7,
    type: 'cgroup_skb',
    name: 'a_name_of_the_btf',
    tag: TAG,
    gpl_compatible: true,
    loaded_at: 1,
    uid: 0,
  },
  {
    id: 8,
    type: 'cgroup_device',
    tag: TAG,
    gpl_compatible: false,
    loaded_at: 1,
    uid: 5,
    map_ids: [3, 4],
  },
];
const MAPS = [
  {
    id: 3,
    type: 'hash',
    name: 'm',
    flags: 0,
    bytes_key: 4,
    bytes_value: 8,
    max_entries: 16,
    bytes_memlock: 1,
    frozen: 0,
  },
];
const LINKS = [
  {
    id: 1,
    type: 'cgroup',
    prog_id: 7,
    cgroup_id: 386,
    attach_type: 'egress',
    pinned: ['/sys/fs/bpf/d/l', '/run/x'],
  },
  { id: 2, type: 'cgroup', prog_id: 7, cgroup_id: 0, attach_type: 'cgroup_inet_egress' },
  { id: 3, type: 'raw_tracepoint', prog_id: 9, tp_name: 'sched_switch' },
];
const TREE = [
  {
    cgroup: '/sys/fs/cgroup/unified/a/b',
    programs: [{ id: 7, attach_type: 'egress', attach_flags: 'multi', name: 'out' }],
  },
  {
    cgroup: '/sys/fs/cgroup/unified',
    programs: [{ id: 8, attach_type: 'device', attach_flags: '', name: '' }],
  },
];

function snapshotFrom(files: Readonly<Record<string, unknown>>, mount?: string) {
  const texts = Object.entries(files).map(([name, content]) => ({
    name,
    text: typeof content === 'string' ? content : JSON.stringify(content),
  }));
  return bpftoolSnapshot(readHostFiles(texts), { at: AT, mount });
}

const snapshotOf = (...told: Parameters<typeof snapshotFrom>) => snapshotFrom(...told).snapshot;

/** The paths of the cgroups that a snapshot tells. */
const pathsIn = ({ lines }: ReturnType<typeof snapshotOf>) =>
  lines.flatMap(({ call }) =>
    'cgroup' in call && call.name === 'found' ? [call.cgroup?.path] : [],
  );

const UNIX_HOOKS = ['connect', 'sendmsg', 'recvmsg', 'getpeername', 'getsockname'].map(
  (name) => `cgroup_unix_${name}`,
);

const ALL = { 'prog.json': PROGS, 'map.json': MAPS, 'link.json': LINKS, 'cgroup.json': TREE };

describe('a snapshot by what bpftool printed', () => {
  it('tells what is there, each after what it names', () => {
    const { lines, ...rest } = snapshotOf({ ...ALL, release: '5.10.0-28-amd64\n' });
    expect(rest).toEqual({
      at: AT,
      release: '5.10.0-28-amd64',
      covers: ['prog', 'map', 'link', 'entry'],
      unlisted: ['lsm_cgroup', ...UNIX_HOOKS],
    });
    expect(lines.map(({ call }) => call)).toEqual(
      [
        { cgroup: { path: '/' } },
        { cgroup: { path: '/a' } },
        { cgroup: { path: '/a/b', id: 386 } },
        {
          map: {
            id: 3,
            map_type: 'hash',
            key_size: 4,
            value_size: 8,
            max_entries: 16,
            map_name: 'm',
          },
        },
        {
          prog: {
            id: 7,
            prog_type: 'cgroup_skb',
            prog_name: 'a_name_of_the_b',
            tag: TAG,
            uid: 0,
            map_ids: [],
          },
        },
        { prog: { id: 8, prog_type: 'cgroup_device', tag: TAG, uid: 5, map_ids: [3] } },
        {
          link: { cgroup: '/a/b', attach_type: 'cgroup_inet_egress', prog_id: 7, index: 0, id: 1 },
        },
        {
          entry: { cgroup: '/', attach_type: 'cgroup_device', prog_id: 8, index: 0, mode: 'none' },
        },
        { link: { id: 2, prog_id: 7, attach_type: 'cgroup_inet_egress' } },
        { pin: { path: '/d', kind: 'dir', id: 0 } },
        { pin: { path: '/d/l', kind: 'link', id: 1 } },
      ].map((what) => ({ name: 'found', ...what })),
    );
  });

  it('knows cgroups and their ids by a list of them', () => {
    const cgroups = '1 /mnt/c\n386 /mnt/c/a\n387 /mnt/c/b\n';
    const both = ['a', 'b'].map((name) => ({
      cgroup: `/mnt/c/${name}`,
      programs: [{ id: 7, attach_type: 'egress', attach_flags: 'multi' }],
    }));
    const links = [387, 386].map((cgroup_id, id) => ({ ...LINKS[0], id: id + 1, cgroup_id }));
    const files = { 'link.json': links, 'cgroup.json': both };
    const { covers, lines } = snapshotOf({ ...files, cgroups });
    expect(covers).toContain('cgroup');
    expect(lines.flatMap(({ call }) => ('link' in call ? [call.link] : []))).toMatchObject([
      { id: 2, cgroup: '/a' },
      { id: 1, cgroup: '/b' },
    ]);
    expect(() => snapshotOf(files, '/mnt/c')).toThrow(
      'cgroup 387 has a link, and may be any of /a, /b: add a file with what find /sys/fs/cgroup',
    );
  });

  describe('of a bpftool that does not list the hooks of unix sockets', () => {
    // It has no name for the hook, and prints its number.
    const link = { id: 5, type: 'cgroup', prog_id: 7, cgroup_id: 386, attach_type: 49 };
    const files = { ...ALL, 'link.json': [...LINKS, link] };
    const linkIn = ({ lines }: ReturnType<typeof snapshotOf>) =>
      lines.flatMap(({ call }) => ('link' in call && call.link.id === 5 ? [call.link] : []));

    it('tells a link by its cgroup alone', () => {
      const cgroups = '1 /sys/fs/cgroup/unified\n386 /sys/fs/cgroup/unified/a/b\n';
      expect(linkIn(snapshotOf({ ...files, cgroups }))).toEqual([
        { id: 5, prog_id: 7, attach_type: 'cgroup_unix_connect', cgroup: '/a/b' },
      ]);
    });

    it('asks for the list of cgroups where another file does not say which cgroup that is', () => {
      const elsewhere = [...LINKS, { ...link, cgroup_id: 388 }];
      expect(() => snapshotOf({ ...ALL, 'link.json': elsewhere })).toThrow(
        'link 5 is on cgroup_unix_connect, which this bpftool does not list, in cgroup 388: add a file with what find /sys/fs/cgroup',
      );
    });

    it('knows that all are listed by a row of one of them', () => {
      const programs = [{ id: 7, attach_type: 'cgroup_unix_sendmsg', attach_flags: 'multi' }];
      const tree = [...TREE, { cgroup: '/sys/fs/cgroup/unified/c', programs }];
      expect(snapshotOf({ ...ALL, 'cgroup.json': tree }).unlisted).toEqual(['lsm_cgroup']);
    });
  });

  // What find prints where hierarchies of version 1 are mounted beside cgroup2.
  const V1 = ['1 /sys/fs/cgroup/systemd', '9 /sys/fs/cgroup/systemd/a', '1 /sys/fs/cgroup/memory'];
  const V2 = ['1 /sys/fs/cgroup/unified', '386 /sys/fs/cgroup/unified/a'];
  const B = '387 /sys/fs/cgroup/unified/a/b';

  it.each([
    ['by its root', [...V1, ...V2, B], undefined, 4],
    ['by the hierarchy of systemd', [...V1, '7 /sys/fs/cgroup/unified', V2[1], B], undefined, 4],
    ['by its name', [...V1, ...V2, B], '/sys/fs/cgroup/unified/', 4],
    ['alone', [...V2, B], undefined, 0],
  ])('takes the cgroups of cgroup2 alone, found %s', (_, list, mount, outside) => {
    const root = outside === 0 ? [] : ['2 /sys/fs/cgroup'];
    const cgroups = [...root, ...list].join('\n');
    const { snapshot, ...rest } = snapshotFrom({ ...ALL, cgroups }, mount);
    expect(pathsIn(snapshot)).toEqual(['/', '/a', '/a/b']);
    expect(rest).toEqual({ mount: '/sys/fs/cgroup/unified', outside });
  });

  it.each([1, 2])('takes no tmpfs for cgroup2 where there is none: its root is %i', (root) => {
    expect(() => snapshotFrom({ cgroups: [`${root} /sys/fs/cgroup`, ...V1].join('\n') })).toThrow(
      'there is no cgroup2 in the list, for /sys/fs/cgroup has hierarchies of version 1 alone: ' +
        'name where cgroup2 is mounted with --cgroup-mount',
    );
  });

  it('takes cgroups that are named as mounts are for cgroups', () => {
    const named = ['1 /sys/fs/cgroup', '5 /sys/fs/cgroup/unified', '6 /sys/fs/cgroup/systemd'];
    const { snapshot, mount } = snapshotFrom({ cgroups: named.join('\n') });
    expect([mount, pathsIn(snapshot)]).toEqual(['/sys/fs/cgroup', ['/', '/unified', '/systemd']]);
  });

  it('takes unified for a cgroup where an attachment is outside of it', () => {
    const programs = [{ id: 7, attach_type: 'egress', attach_flags: 'multi' }];
    const tree = ['/sys/fs/cgroup/unified/x', '/sys/fs/cgroup/pods'].map((cgroup) => ({
      ...{ cgroup, programs },
    }));
    const { snapshot, ...rest } = snapshotFrom({ 'link.json': [], 'cgroup.json': tree });
    expect(pathsIn(snapshot)).toEqual(expect.arrayContaining(['/unified/x', '/pods']));
    expect(rest).toEqual({ mount: '/sys/fs/cgroup', outside: 0 });
  });

  it('tells which cgroup has which id when only one choice fits', () => {
    const tree = [
      {
        cgroup: '/sys/fs/cgroup/a',
        programs: [{ id: 7, attach_type: 'egress', attach_flags: 'multi' }],
      },
      {
        cgroup: '/sys/fs/cgroup/b',
        programs: [
          { id: 7, attach_type: 'egress', attach_flags: 'multi' },
          { id: 9, attach_type: 'ingress', attach_flags: 'multi' },
        ],
      },
    ];
    const link = { type: 'cgroup', prog_id: 7, attach_type: 'egress' };
    const links = [
      { ...link, id: 1, cgroup_id: 50 },
      { ...link, id: 2, cgroup_id: 60 },
      { ...link, id: 3, cgroup_id: 60, prog_id: 9, attach_type: 'ingress' },
    ];
    const { lines } = snapshotOf({ links, 'cgroup.json': tree });
    expect(
      lines.flatMap(({ call }) => ('cgroup' in call && call.name === 'found' ? [call.cgroup] : [])),
    ).toEqual([
      { path: '/a', id: 50 },
      { path: '/b', id: 60 },
    ]);
  });

  it.each([
    [{ 'p.json': '[{]' }, 'p.json is not JSON'],
    [
      { 'p.json': '{"error":"Operation not permitted"}' },
      'p.json: bpftool said: Operation not permitted',
    ],
    [{ 'p.json': '{"id":1}' }, 'p.json is one object'],
    [{ notes: 'hello' }, 'notes is not the output of one of these: bpftool -j prog show; '],
    [{ 'x.json': [] }, 'x.json is an empty list: call it prog.json'],
    [{ 'x.json': [5] }, 'x.json is not a list of programs, maps, links or cgroups'],
    [{ a: PROGS, b: PROGS }, 'b and a are both of bpftool -j prog show: give one'],
    [{ a: [{ ...PROGS[0], tag: 'x' }] }, 'a: [0].tag: must be 16 hexadecimal digits'],
    [
      { a: [{ ...LINKS[0], attach_type: 'egres' }] },
      'a: [0]: .attach_type: unknown attach type "egres"',
    ],
    [{ a: TREE }, 'does not say which program stands there by a link'],
    [
      { ...ALL, 'link.json': [{ ...LINKS[0], prog_id: 99 }] },
      'no cgroup of the tree has its program',
    ],
    [{ ...ALL, c: '5 /a\nx' }, 'c: line 2 is not an inode number and a path: x'],
    [{ ...ALL, c: '5 /elsewhere' }, '/sys/fs/cgroup/unified/a/b is not below /elsewhere'],
    [{ c: '1 /a\n2 /a/b' }, '/a is not below /sys/fs/cgroup: name where', '/sys/fs/cgroup'],
  ])('refuses %j', (files, message, mount?: string) => {
    expect(() => snapshotOf(files, mount)).toThrow(message);
  });
});
