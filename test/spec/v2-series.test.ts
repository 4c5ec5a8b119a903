// The v2 series in full: semantics §19. What its text does not say is inferred, and marked so.
import { describe, expect, it } from 'vitest';
import type { AttachFlagName } from '../../src/domain/flags.ts';
import type { BootConfig } from '../../src/domain/release/config.ts';
import { CLOSED, given, type World } from './given.ts';
import { MATRIX } from './precedence/v2-matrix.ts';

const V2 = 'v2-series';
const TYPE = { attach_type: 'cgroup_inet_egress' } as const;

/** What PROG_DETACH at a path answers when it names a program, or nothing. */
function detach(world: World, path: string, label?: string): string {
  const attach_bpf_fd = label === undefined ? CLOSED : world.at(label);
  return world.asks({ name: 'prog_detach', target_path: path, ...TYPE, attach_bpf_fd });
}

function linkAnswer(world: World, path: string, label: string, flags: AttachFlagName[]): string {
  const prog_fd = world.prog(label);
  return world.asks({ name: 'link_create', target_path: path, ...TYPE, prog_fd, flags });
}

/** A list afterwards, or the errno, when program n comes as `arrival` says. */
function meeting(present: string, arrival: string, config?: Partial<BootConfig>): string {
  const world = given(V2, config).cgroups('/c');
  if (present !== 'empty') world.has('/c', present);
  const [kind, mode] = arrival.split(' ');
  const flags: AttachFlagName[] = mode === 'none' ? [] : [mode as AttachFlagName];
  const place = { target_path: '/c', ...TYPE, flags };
  const fd = world.prog('n');
  const answer =
    kind === 'link'
      ? world.asks({ name: 'link_create', ...place, prog_fd: fd })
      : world.asks({ name: 'prog_attach', ...place, attach_bpf_fd: fd });
  return answer === 'ok' ? world.list('/c') : answer;
}

const [[, ...arrivals] = [], ...matrixRows] = MATRIX;
const CELLS = matrixRows.flatMap(([present = '', ...cells]) =>
  cells.map((cell, i) => {
    const [, answer = '', source = ''] = /^(.*) ([TSI])$/u.exec(cell) ?? [];
    return { present, arrival: arrivals[i] ?? '', answer, source };
  }),
);

describe('the interaction matrix', () => {
  it('has a marked cell for each of 6 lists and 6 arrivals', () => {
    expect(CELLS.filter(({ source }) => source !== '')).toHaveLength(36);
  });

  it.each(CELLS)('$present, then $arrival: $answer ($source)', ({ present, arrival, answer }) => {
    expect(meeting(present, arrival)).toBe(answer);
  });

  it('has its inferred refusals, and no other, in the errno that a host configures', () => {
    const config = { switches: { link_conflict_errno: 'EBUSY' } } as const;
    for (const { present, arrival, answer, source } of CELLS) {
      const isInferred = answer === 'EPERM' && source === 'I';
      expect(meeting(present, arrival, config)).toBe(isInferred ? 'EBUSY' : answer);
    }
  });

  it('refuses a program that is there already in multi mode, whatever links run it', () => {
    const world = given(V2).cgroups('/c').has('/c', 'multi link(a) a');
    const call = { name: 'prog_attach', target_path: '/c', ...TYPE, flags: ['multi'] } as const;
    expect(world.asks({ ...call, attach_bpf_fd: world.at('a') })).toBe('EINVAL');
  });
});

/** The selftest's cgroups: c1 above c2 above c3, with programs A and B. */
function selftest(release: string): World {
  const world = given(release).cgroups('/1', '/1/2', '/1/2/3');
  for (const path of ['/1', '/1/2', '/1/2/3']) world.open(path);
  world.prog('A');
  world.prog('B');
  return world;
}

describe("the series' own selftest", () => {
  const C3 = '/1/2/3';

  it('holds step by step', () => {
    const world = selftest(V2);
    // 1. Links in all three; the effective query reports the mode of the cgroup's own list.
    const link1 = world.link('/1', 'A', ['multi']);
    const link2 = world.link('/1/2', 'A', ['multi']);
    const first3 = world.link(C3, 'A', ['multi']);
    expect(world.effective(C3)).toBe('A A A');
    const query = { name: 'prog_query', target_path: C3, ...TYPE } as const;
    const { outcome } = world.when({ ...query, query_flags: ['effective'] });
    expect(outcome.query).toMatchObject({ prog_cnt: 3, attach_flags: 2 });
    // 2. Two are left; then a program and a link beside each other, but no override link.
    world.does({ name: 'close', fd: first3 });
    expect(world.effective(C3)).toBe('A A');
    world.attach(C3, 'A', ['multi']);
    const second3 = world.link(C3, 'A', ['multi']);
    expect(linkAnswer(world, C3, 'A', ['override'])).toBe('EPERM');
    expect(world.effective(C3)).toBe('A A A A');
    // 3. A link displaces the program that is attached alone.
    world.does({ name: 'close', fd: second3 });
    expect(detach(world, C3, 'A')).toBe('ok');
    world.attach(C3, 'A');
    const link3 = world.link(C3, 'A');
    expect(world.list(C3)).toBe('none link(A)');
    expect(world.effective(C3)).toBe('A A A');
    // 4. Only its owner can take the link away.
    expect(detach(world, C3, 'A')).toBe('EPERM');
    expect(linkAnswer(world, C3, 'A', ['override'])).toBe('EPERM');
    expect(world.effective(C3)).toBe('A A A');
    // 5. Updates, and one that expects another program.
    const update = (link_fd: number, old?: string) => {
      const replace = { flags: ['replace'] as const, old_prog_fd: world.at(old ?? 'A') };
      const call = { name: 'link_update', link_fd, new_prog_fd: world.at('B') } as const;
      return world.asks(old === undefined ? call : { ...call, ...replace });
    };
    expect([update(link2), update(link3)]).toEqual(['ok', 'ok']);
    expect(world.effective(C3)).toBe('B B A');
    expect(update(link1, 'B')).toBe('EPERM');
    expect(update(link1, 'A')).toBe('ok');
    expect(world.effective(C3)).toBe('B B B');
    // 6. Closed directories change nothing; removed cgroups leave the links defunct.
    for (const path of ['/1', '/1/2', C3]) world.does({ name: 'close', fd: world.at(path) });
    expect(world.effective(C3)).toBe('B B B');
    for (const path of [C3, '/1/2', '/1']) world.does({ name: 'rmdir', path });
    expect(world.links()).toEqual(['B on nothing', 'B on nothing', 'B on nothing']);
    expect(update(link1)).toBe('EINVAL');
  });

  it('fails on 5.7 where its links have a mode, or would displace a program', () => {
    const world = selftest('5.7');
    expect(linkAnswer(world, '/1', 'A', ['multi'])).toBe('EINVAL');
    expect(linkAnswer(world, '/1', 'A', ['override'])).toBe('EINVAL');
    for (const path of ['/1', '/1/2']) world.link(path, 'A');
    world.attach(C3, 'A');
    expect(linkAnswer(world, C3, 'A', [])).toBe('EPERM');
    expect(detach(world, C3, 'A')).toBe('ok');
    world.link(C3, 'A');
    expect(world.effective(C3)).toBe('A A A');
  });
});

describe('a link that took the place of a program', () => {
  it('frees the program when nothing else holds it', () => {
    const world = given(V2).cgroups('/c').has('/c', 'none p');
    world.does({ name: 'close', fd: world.at('p') });
    const { effects } = world.when({
      name: 'link_create',
      target_path: '/c',
      ...TYPE,
      prog_fd: world.prog('n'),
    });
    expect(effects.map((effect) => effect.type)).toEqual([
      'LinkCreated',
      'EntryReplaced',
      'ProgFreed',
    ]);
    expect(world.programs()).toEqual(['n']);
  });

  it('does not bring it back when it goes: the list is empty and any mode may come (inferred)', () => {
    const world = given(V2).cgroups('/c').has('/c', 'none p');
    const link = world.link('/c', 'n');
    world.does({ name: 'close', fd: link });
    expect(world.list('/c')).toBe('empty');
    world.has('/c', 'multi p');
  });

  it('is severed, not destroyed, with its cgroup', () => {
    const world = given(V2).cgroups('/c').has('/c', 'none link(n)');
    world.does({ name: 'rmdir', path: '/c' });
    expect(world.links()).toEqual(['n on nothing']);
  });
});

describe('PROG_DETACH of a single link', () => {
  it.each(['none', 'override'])('is EPERM in %s mode, whatever it names (inferred)', (mode) => {
    const world = given(V2).cgroups('/c').has('/c', `${mode} link(a)`);
    expect([detach(world, '/c', 'a'), detach(world, '/c')]).toEqual(['EPERM', 'EPERM']);
    expect(world.list('/c')).toBe(`${mode} link(a)`);
  });

  it('has the errno that a host configures', () => {
    const switches = { link_prog_detach_errno: 'ENOENT' } as const;
    const world = given(V2, { switches }).cgroups('/c').has('/c', 'none link(a)');
    expect(detach(world, '/c', 'a')).toBe('ENOENT');
  });
});

describe('LINK_UPDATE', () => {
  it('of a link that a descendant overrides changes what runs where it is effective alone', () => {
    const world = given(V2).cgroups('/c', '/c/d');
    world.has('/c', 'override link(a)').has('/c/d', 'override link(b)');
    const new_prog_fd = world.prog('n');
    world.does({ name: 'link_update', link_fd: world.at('link(a)'), new_prog_fd });
    expect([world.effective('/c'), world.effective('/c/d')]).toEqual(['n', 'b']);
    world.does({ name: 'close', fd: world.at('link(b)') });
    expect(world.effective('/c/d')).toBe('n');
  });

  it('gives its reference back unless a host asks for the leak', () => {
    const world = given(V2).cgroups('/c').has('/c', 'multi link(a)');
    const fd = world.at('link(a)');
    world.does({ name: 'link_update', link_fd: fd, new_prog_fd: world.prog('b') });
    world.does({ name: 'close', fd });
    expect(world.links()).toEqual([]);
  });

  const LEAK = { switches: { link_update_leaks_reference: true } } as const;

  it.each(['prog', 'closed'])('leaks, answered %s, on every path after the lookup', (fate) => {
    const world = given(V2, LEAK).cgroups('/c').has('/c', 'multi link(a)');
    const fd = world.at('link(a)');
    const new_prog_fd = fate === 'prog' ? world.prog('b') : CLOSED;
    world.when({ name: 'link_update', link_fd: fd, new_prog_fd });
    world.does({ name: 'close', fd });
    expect(world.list('/c')).toMatch(/^multi link/u);
    world.does({ name: 'rmdir', path: '/c' });
    expect(world.links()).toHaveLength(1);
    expect(world.links()[0]).toMatch(/on nothing$/u);
  });

  it('leaks nothing when it fails before the lookup', () => {
    const world = given(V2, LEAK).cgroups('/c').has('/c', 'multi link(a)');
    const fd = world.at('link(a)');
    const call = { name: 'link_update', link_fd: fd, new_prog_fd: world.at('a') } as const;
    expect(world.asks({ ...call, flags: ['multi'] })).toBe('EINVAL');
    world.does({ name: 'close', fd });
    expect(world.links()).toEqual([]);
  });
});

describe('flags that LINK_CREATE does not know', () => {
  it('are refused by default, and mean nothing where a host lets them pass (inferred)', () => {
    const answerWith = (config?: Partial<BootConfig>) => {
      const world = given(V2, config).cgroups('/c').has('/c', 'multi a');
      const answer = linkAnswer(world, '/c', 'b', ['multi', 'before', 'preorder']);
      return `${answer}: ${world.list('/c')}`;
    };
    expect(answerWith()).toBe('EINVAL: multi a');
    const config = { switches: { link_unknown_flags_refused: false } } as const;
    expect(answerWith(config)).toBe('ok: multi a link(b)');
  });
});

it('the hierarchy check counts a link as it counts a program', () => {
  const world = given(V2).cgroups('/c', '/c/d').has('/c', 'none link(a)');
  expect(linkAnswer(world, '/c/d', 'b', [])).toBe('EPERM');
  world.does({ name: 'close', fd: world.at('link(a)') });
  expect(linkAnswer(world, '/c/d', 'b', [])).toBe('ok');
});
