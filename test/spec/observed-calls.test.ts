// What the log makes of a real kernel's answers.

import { describe, expect, it } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import type { Calls } from '../../src/domain/call.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { perform } from '../../src/domain/perform.ts';
import { observeCall, types } from '../support/observing.ts';

const skb = { name: 'prog_load', prog_type: 'cgroup_skb' } as const;
const egress = 'cgroup_inet_egress';
const attach = { name: 'prog_attach', attach_type: egress, target_path: '/a' } as const;

/** A kernel with /a, and a program 1 at fd 3 of init. */
function preparedKernel(release = '6.18'): Kernel {
  const kernel = boot(release);
  perform(kernel, 1, { name: 'mkdir', path: '/a' });
  perform(kernel, 1, skb);
  return kernel;
}

describe('where the rules agree', () => {
  it('takes the observed ids and the fd that the kernel gave', () => {
    const kernel = preparedKernel();
    const { inferred, observed } = observeCall(kernel, skb, { ret: 17, prog_id: 477 });
    expect(inferred).toEqual([]);
    expect(observed).toMatchObject({ source: 'observed', outcome: { ret: 17, prog_id: 477 } });
    expect(observed).not.toHaveProperty('expected');
    expect(observed.effects).toMatchObject([{ type: 'ProgLoaded', prog_id: 477, fd: 17 }]);
    expect(kernel.counters.prog).toBe(478);
  });

  it('numbers the object itself where the recorder does not know the id', () => {
    const { observed } = observeCall(preparedKernel(), skb, { ret: 9 });
    expect(observed.effects).toMatchObject([{ type: 'ProgLoaded', prog_id: 2, fd: 9 }]);
  });

  it('says by which rule the kernel refused', () => {
    const { observed } = observeCall(
      preparedKernel(),
      { name: 'rmdir', path: '/b' },
      { errno: 'ENOENT' },
    );
    expect(observed.outcome).toMatchObject({ errno: 'ENOENT', rule: 'no-such-cgroup' });
    expect(observed).not.toHaveProperty('expected');
  });

  it('burns the link id of a refused link_create, as the kernel does', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { ...attach, attach_bpf_fd: 3 });
    const call = {
      name: 'link_create',
      target_path: '/a',
      attach_type: egress,
      prog_fd: 3,
    } as const;
    const { observed } = observeCall(kernel, call, { errno: 'EPERM' });
    expect(observed.outcome).toMatchObject({ rule: 'list-mode-differs' });
    expect(types(observed.effects)).toEqual(['LinkIdBurned']);
  });

  it('compares what a query answers with the log', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { ...attach, attach_bpf_fd: 3 });
    const call = { name: 'prog_query', target_path: '/a', attach_type: egress } as const;
    const query = { prog_cnt: 1, prog_ids: [1], attach_flags: 0, revision: 2 };
    expect(observeCall(kernel, call, { ret: 0, query }).observed).not.toHaveProperty('expected');
    expect(observeCall(kernel, call, { ret: 0 }).observed).not.toHaveProperty('expected');
    const other = { ...query, prog_ids: [9] };
    expect(observeCall(kernel, call, { ret: 0, query: other }).observed).toMatchObject({
      outcome: { query: { prog_ids: [9] } },
      expected: { ret: 0, query: { prog_ids: [1] } },
      effects: [],
    });
  });
});

describe('what no recorder tells', () => {
  /** A kernel of which init has a map of a type open as fd 4. */
  function withMap(map: Omit<Calls['map_create'], 'name'>): Kernel {
    const kernel = preparedKernel();
    perform(kernel, 1, { name: 'map_create', ...map });
    return kernel;
  }

  it('of a loaded program: whether it asks a map for storage that its type has none of', () => {
    const sizes = { key_size: 8, value_size: 8 };
    const kernel = withMap({ map_type: 'cgroup_storage', ...sizes });
    const call = { name: 'prog_load', prog_type: 'sched_cls', map_fds: [4] } as const;
    expect(perform(kernel, 1, call).outcome).toMatchObject({ rule: 'helper-not-for-type' });
    const { inferred, observed } = observeCall(kernel, call, { ret: 9, prog_id: 477 });
    expect(inferred).toEqual([]);
    expect(observed).not.toHaveProperty('expected');
    expect(observed.effects).toMatchObject([{ type: 'ProgLoaded', map_ids: [1] }]);
  });

  it('of a prog_array: which program was put into it, and so which others may use it', () => {
    const sizes = { key_size: 4, value_size: 4, max_entries: 1 };
    const kernel = withMap({ map_type: 'prog_array', ...sizes });
    const call = { ...skb, map_fds: [4] } as const;
    const { observed } = observeCall(kernel, call, { errno: 'EINVAL' });
    expect(observed).toMatchObject({ outcome: { rule: 'beyond-these-rules' }, effects: [] });
    expect(observed).not.toHaveProperty('expected');
    // Once the log knows a program of it, the rules have an answer.
    observeCall(kernel, call, { ret: 9, prog_id: 477 });
    expect(observeCall(kernel, call, { errno: 'EINVAL' }).observed).toHaveProperty('expected.ret');
  });
});

describe('an element that holds an object', () => {
  const sizes = { key_size: 4, value_size: 4, max_entries: 2 };
  /** A prog_array 1 at fd 4 of init. */
  function withArray(): Kernel {
    const kernel = preparedKernel();
    perform(kernel, 1, { name: 'map_create', map_type: 'prog_array', ...sizes });
    return kernel;
  }
  const update = { name: 'map_update_elem', map_fd: 4, key: 1, value: 30 } as const;
  const fds = { 4: { kind: 'map', id: 1 }, 30: { kind: 'prog', id: 477 } } as const;

  it('is found when nothing else tells of it', () => {
    const kernel = withArray();
    const { inferred, observed } = observeCall(kernel, update, { ret: 0 }, { fds });
    expect(inferred.map(({ call }) => call)).toEqual([
      { name: 'found', prog: { id: 477 } },
      { name: 'found', fd: { fd: 30, kind: 'prog', id: 477 } },
    ]);
    expect(observed).not.toHaveProperty('expected');
    expect(observed.effects).toMatchObject([{ type: 'ElementUpdated', value: 477, kind: 'prog' }]);
    observeCall(kernel, { name: 'close', fd: 30 }, { ret: 0 });
    expect(kernel.programs.has(477)).toBe(true);
    observeCall(kernel, { name: 'map_delete_elem', map_fd: 4, key: 1 }, { ret: 0 });
    expect(kernel.programs.has(477)).toBe(false);
  });

  it('may have been there before anybody told', () => {
    const call = { name: 'map_delete_elem', map_fd: 4, key: 0 } as const;
    const { observed } = observeCall(withArray(), call, { ret: 0 });
    expect(observed).not.toHaveProperty('expected');
    expect(observed.effects).toEqual([]);
    expect(observeCall(withArray(), call, { errno: 'ENOENT' }).observed.outcome).toMatchObject({
      rule: 'no-element',
    });
  });
});

describe('what is in BTF', () => {
  const form = { map_type: 'array', key_size: 4, value_size: 4, max_entries: 1 } as const;
  const keys = { btf_key_type_id: 1, btf_value_type_id: 1 } as const;
  const map = { name: 'map_create', ...form, ...keys, btf_fd: 4 } as const;
  const described = { ...skb, prog_btf_fd: 4, line_info_cnt: 3 } as const;
  const load = { name: 'btf_load', btf_size: 90 } as const;

  /** The same, with types at fd 4 of init. */
  function withTypes(): Kernel {
    const kernel = preparedKernel();
    expect(observeCall(kernel, load, { ret: 4 }).observed).not.toHaveProperty('expected');
    return kernel;
  }

  it('is held by the maps and programs that it describes, and goes with them', () => {
    const kernel = withTypes();
    for (const [call, outcome] of [
      [map, { ret: 5, map_id: 9 }],
      [described, { ret: 6, prog_id: 9 }],
      [{ name: 'close', fd: 4 }, { ret: 0 }],
    ] as const) {
      const { inferred, observed } = observeCall(kernel, call, outcome);
      expect(inferred).toEqual([]);
      expect(observed).not.toHaveProperty('expected');
    }
    expect([...kernel.btfs.values()].map(({ refs }) => refs)).toEqual([2]);
    for (const fd of [5, 6]) observeCall(kernel, { name: 'close', fd }, { ret: 0 });
    expect(kernel.btfs.size).toBe(0);
  });

  it('is not drift where the kernel refuses it', () => {
    for (const [call, errno] of [
      [load, 'EINVAL'],
      [map, 'EOPNOTSUPP'],
      [described, 'E2BIG'],
    ] as const) {
      const { observed } = observeCall(withTypes(), call, { errno });
      expect(observed.outcome).toMatchObject({ errno, rule: 'beyond-these-rules' });
      expect(observed).not.toHaveProperty('expected');
      // No type is to blame for it.
      expect(observeCall(withTypes(), call, { errno: 'EPERM' }).observed).toHaveProperty(
        'expected.ret',
      );
    }
    expect(observeCall(withTypes(), skb, { errno: 'EINVAL' }).observed).toHaveProperty(
      'expected.ret',
    );
  });

  it('is not known where nobody told of the fd: no drift, and what the call made is there', () => {
    const kernel = preparedKernel();
    const { observed: made } = observeCall(kernel, map, { ret: 5, map_id: 9 });
    expect(made).not.toHaveProperty('expected');
    expect(made.effects).toMatchObject([{ type: 'MapCreated', map_id: 9, fd: 5 }]);
    const { observed: loaded } = observeCall(kernel, described, { ret: 6, prog_id: 9 });
    expect(loaded).not.toHaveProperty('expected');
    expect(loaded.effects).toMatchObject([{ type: 'ProgLoaded', prog_id: 9, fd: 6 }]);
    const { observed } = observeCall(kernel, described, { errno: 'EINVAL' });
    expect(observed.outcome).toMatchObject({ rule: 'beyond-these-rules' });
    expect(observed).not.toHaveProperty('expected');
    // A copy of such an fd is open on something that the log does not know.
    observeCall(kernel, { name: 'dup', fd: 40 }, { ret: 41 });
    const { observed: copy } = observeCall(kernel, { ...map, btf_fd: 41 }, { ret: 7, map_id: 10 });
    expect(copy).not.toHaveProperty('expected');
    const { observed: closed } = observeCall(kernel, described, { errno: 'EBADF' });
    expect(closed.outcome).toMatchObject({ rule: 'btf-fd-not-open' });
  });
});

describe('a refusal of instructions that the rules only read', () => {
  it('by the verifier is not drift where the rules refuse what comes after it', () => {
    const kernel = preparedKernel();
    const sizes = { key_size: 4, value_size: 4, max_entries: 1 };
    perform(kernel, 1, { name: 'map_create', map_type: 'prog_array', ...sizes });
    perform(kernel, 1, { ...skb, map_fds: [4] });
    // r0 = map of fd 4; call 35; r0 = r1; exit: what r1 is after a call, the rules do not follow.
    const insns = 'GBAAAAQAAAAAAAAAAAAAAIUAAAAjAAAAvxAAAAAAAACVAAAAAAAAAA==';
    const type = {
      prog_type: 'cgroup_sock_addr',
      expected_attach_type: 'cgroup_inet4_bind',
    } as const;
    const call = { name: 'prog_load', ...type, insns } as const;
    expect(perform(kernel, 1, call).outcome).toMatchObject({ rule: 'load-unlike-owner' });
    const { observed } = observeCall(kernel, call, { errno: 'EACCES' });
    expect(observed).toMatchObject({ outcome: { errno: 'EACCES' }, effects: [] });
    expect(observed).not.toHaveProperty('expected');
    const { observed: same } = observeCall(kernel, call, { errno: 'EINVAL' });
    expect(same.outcome).toMatchObject({ rule: 'load-unlike-owner' });
  });
});

describe('a refusal beyond the rules', () => {
  it.each(['EACCES', 'ENOMEM', 'EPERM', 'ENOSYS'] as const)('%s changes nothing', (errno) => {
    const { inferred, observed } = observeCall(
      preparedKernel(),
      { ...attach, attach_bpf_fd: 3 },
      { errno },
    );
    expect(inferred).toEqual([]);
    expect(observed).toMatchObject({
      outcome: { errno, rule: 'beyond-these-rules' },
      expected: { ret: 0 },
      effects: [],
    });
  });

  it('by what an fd was told to be open on is derived again from what it is about', () => {
    const call = { ...attach, attach_bpf_fd: 9 };
    const fds = { 9: { kind: 'other' } } as const;
    const { observed } = observeCall(preparedKernel(), call, { errno: 'EINVAL' }, { fds });
    expect(observed.outcome).toMatchObject({ rule: 'prog-fd-is-no-program' });
    expect(observed).not.toHaveProperty('expected');
  });

  it('keeps the errno that the rules would have given', () => {
    const { observed } = observeCall(
      preparedKernel(),
      { name: 'rmdir', path: '/b' },
      { errno: 'EACCES' },
    );
    expect(observed.expected).toMatchObject({ errno: 'ENOENT', rule: 'no-such-cgroup' });
  });
});

describe('what must have happened unseen', () => {
  it('a process that nobody saw start', () => {
    const kernel = preparedKernel();
    const beside = { pid: 812, comm: 'agent', uid: 7, cgroup: '/a' };
    const { inferred } = observeCall(kernel, skb, { ret: 3 }, beside);
    expect(inferred).toMatchObject([
      { pid: 812, call: { name: 'found', process: { uid: 7, cgroup: '/a' } } },
    ]);
    const a = kernel.cgroupIds.get('/a');
    expect(kernel.processes.get(812)).toMatchObject({ comm: 'agent', uid: 7, cgroup_id: a });
  });

  it('a move to another cgroup', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { name: 'spawn', child_pid: 20 });
    const { inferred } = observeCall(kernel, skb, { ret: 3 }, { pid: 20, cgroup: '/a' });
    expect(inferred.map(({ effects }) => types(effects))).toEqual([['ProcessMoved']]);
  });

  it('the close of an fd whose number the kernel gave again', () => {
    const kernel = preparedKernel();
    const { inferred } = observeCall(kernel, skb, { ret: 3, prog_id: 9 });
    expect(inferred).toMatchObject([
      {
        call: { name: 'gone', fd: { fd: 3 } },
        effects: [{ type: 'FdClosed' }, { type: 'ProgFreed', prog_id: 1, reason: 'unseen' }],
      },
    ]);
  });

  it('the end of a process whose pid a child has', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { name: 'spawn', child_pid: 20 });
    const { inferred, observed } = observeCall(kernel, { name: 'fork' }, { ret: 20 });
    expect(inferred).toMatchObject([{ pid: 20, call: { name: 'gone', process: {} } }]);
    expect(observed.effects).toMatchObject([{ type: 'ProcessForked', pid: 20 }]);
  });

  it('a cgroup that is named by its path, with those above it', () => {
    const kernel = preparedKernel();
    const { inferred, observed } = observeCall(
      kernel,
      { name: 'mkdir', path: '/x/y/z' },
      { ret: 0 },
    );
    expect(inferred).toMatchObject([{ call: { name: 'found', cgroup: { path: '/x/y' } } }]);
    expect(observed.effects).toMatchObject([{ type: 'CgroupMade', path: '/x/y/z' }]);
    expect(kernel.cgroupIds.has('/x')).toBe(true);
  });

  it('the end of an older cgroup at the path', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { ...attach, attach_bpf_fd: 3 });
    perform(kernel, 1, { name: 'mkdir', path: '/a/b' });
    perform(kernel, 1, { name: 'spawn', child_pid: 20 });
    perform(kernel, 20, { name: 'join', path: '/a/b' });
    const { inferred } = observeCall(
      kernel,
      { name: 'mkdir', path: '/a' },
      { ret: 0, cgroup_id: 99 },
    );
    expect(inferred.map(({ call }) => call)).toEqual([{ name: 'gone', cgroup: { path: '/a' } }]);
    expect(types(inferred[0]?.effects ?? [])).toEqual([
      ...['CgroupEmptied', 'CgroupRemoved', 'EntryRemoved', 'CgroupRemoved'],
    ]);
    expect(kernel.cgroupIds.get('/a')).toBe(99);
    expect(perform(kernel, 20, { name: 'exit' }).outcome).toEqual({ ret: 0 });
  });

  it('objects of an id that the kernel gave anew', () => {
    const kernel = preparedKernel();
    const link = {
      name: 'link_create',
      target_path: '/a',
      attach_type: egress,
      prog_fd: 3,
    } as const;
    perform(kernel, 1, link);
    perform(kernel, 1, { name: 'obj_pin', bpf_fd: 5, path: '/l' });
    const { inferred, observed } = observeCall(kernel, link, { ret: 8, link_id: 1 });
    expect(inferred.map(({ call }) => call)).toEqual([{ name: 'gone', link: { id: 1 } }]);
    expect(types(inferred[0]?.effects ?? [])).toEqual([
      ...['PinRemoved', 'EntryRemoved', 'HoldersForgotten', 'LinkFreed'],
    ]);
    expect(observed.effects).toMatchObject([{ link_id: 1, fd: 8 }, { index: 0 }]);
    expect(perform(kernel, 1, { name: 'close', fd: 5 }).effects).toEqual([
      { type: 'FdClosed', fd: 5 },
    ]);
  });

  it('a program goes with its links, entries and maps', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, {
      name: 'map_create',
      map_type: 'hash',
      key_size: 4,
      value_size: 4,
      max_entries: 1,
    });
    perform(kernel, 1, { ...skb, map_fds: [4] });
    perform(kernel, 1, { ...attach, attach_bpf_fd: 5, flags: ['multi'] });
    perform(kernel, 1, { name: 'link_create', target_path: '/a', attach_type: egress, prog_fd: 5 });
    perform(kernel, 1, { name: 'close', fd: 4 });
    const { inferred } = observeCall(kernel, skb, { ret: 9, prog_id: 2 });
    expect(inferred.map(({ call }) => call)).toEqual([
      { name: 'gone', link: { id: 1 } },
      { name: 'gone', entry: { cgroup: '/a', attach_type: egress, prog_id: 2 } },
      { name: 'gone', prog: { id: 2 } },
    ]);
    expect(inferred.at(-1)?.effects).toMatchObject([
      { type: 'HoldersForgotten' },
      { type: 'ProgFreed', prog_id: 2 },
      { type: 'MapFreed', reason: 'prog_freed' },
    ]);
  });

  it('what a fact tells of an fd that the log does not know', () => {
    const kernel = preparedKernel();
    const call = { ...attach, target_path: undefined, target_fd: 7, attach_bpf_fd: 6 };
    const { target_path: _, ...named } = call;
    const { inferred, observed } = observeCall(
      kernel,
      named,
      { ret: 0 },
      {
        fds: { 7: { kind: 'cgroup', id: 386, path: '/pods/p1' }, 6: { kind: 'prog', id: 44 } },
      },
    );
    expect(inferred.map(({ call: sighting }) => sighting)).toEqual([
      { name: 'found', prog: { id: 44, prog_type: 'cgroup_skb' } },
      { name: 'found', fd: { fd: 6, kind: 'prog', id: 44 } },
      { name: 'found', cgroup: { path: '/pods/p1', id: 386 } },
      { name: 'found', fd: { fd: 7, kind: 'cgroup', id: 386, path: '/pods/p1' } },
    ]);
    expect(observed).not.toHaveProperty('expected');
    expect(observed.effects).toMatchObject([{ cgroup_id: 386, prog_id: 44 }]);
  });

  it('entries of another mode, since the attach went through', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, skb);
    perform(kernel, 1, { ...attach, attach_bpf_fd: 3 });
    const call = { ...attach, attach_bpf_fd: 4, flags: ['multi'] } as const;
    const { inferred, observed } = observeCall(kernel, call, { ret: 0 });
    expect(inferred.map(({ call: sighting }) => sighting)).toEqual([
      { name: 'gone', entry: { cgroup: '/a', attach_type: egress, prog_id: 1 } },
    ]);
    expect(observed).not.toHaveProperty('expected');
    expect(observed.effects).toMatchObject([{ type: 'EntryInserted', prog_id: 2, index: 0 }]);
  });

  it('an exclusive entry above, and the earlier entry of the program itself', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { ...attach, attach_bpf_fd: 3 });
    perform(kernel, 1, { name: 'mkdir', path: '/a/b' });
    const below = { ...attach, target_path: '/a/b', attach_bpf_fd: 3, flags: ['multi'] } as const;
    expect(observeCall(kernel, below, { ret: 0 }).inferred).toMatchObject([
      { call: { name: 'gone', entry: { cgroup: '/a' } } },
    ]);
    expect(observeCall(kernel, below, { ret: 0 }).inferred).toMatchObject([
      { call: { name: 'gone', entry: { cgroup: '/a/b' } } },
    ]);
  });

  it('the program that a replace took the place of', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, skb);
    const flags = ['multi', 'replace'] as const;
    const call = { ...attach, attach_bpf_fd: 3, replace_bpf_fd: 4, flags };
    const { inferred, observed } = observeCall(kernel, call, { ret: 0 });
    expect(inferred).toMatchObject([
      { call: { name: 'found', entry: { mode: 'multi', prog_id: 2 } } },
    ]);
    expect(observed.effects).toMatchObject([{ type: 'EntryReplaced', was_prog_id: 2, prog_id: 1 }]);
  });

  it('the pin that an obj_get opened, and what it leads to now', () => {
    const kernel = preparedKernel();
    const get = { name: 'obj_get', path: '/d/p' } as const;
    const first = observeCall(kernel, get, { ret: 5, prog_id: 40 });
    expect(first.inferred.map(({ call }) => call)).toEqual([
      { name: 'found', prog: { id: 40 } },
      { name: 'found', pin: { path: '/d/p', kind: 'prog', id: 40 } },
    ]);
    const second = observeCall(kernel, get, { ret: 6, map_id: 3 });
    expect(second.inferred.map(({ call }) => call)).toEqual([
      { name: 'gone', pin: { path: '/d/p' } },
      { name: 'found', map: { id: 3 } },
      { name: 'found', pin: { path: '/d/p', kind: 'map', id: 3 } },
    ]);
  });
});

describe('a success that the rules refuse', () => {
  it('of a caller without capabilities has the effects of a success', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { name: 'spawn', child_pid: 20, uid: 1000 });
    const { observed } = observeCall(kernel, skb, { ret: 3, prog_id: 8 }, { pid: 20 });
    expect(observed).toMatchObject({
      expected: { errno: 'EPERM' },
      effects: [{ type: 'ProgLoaded', prog_id: 8, fd: 3, uid: 1000 }],
    });
  });

  it('of who owns nothing gives the cgroup to its new owner', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { name: 'spawn', child_pid: 20, uid: 1000 });
    const call = { name: 'cgroup_chown', path: '/a', uid: 1000 } as const;
    const { observed } = observeCall(kernel, call, { ret: 0 }, { pid: 20 });
    expect(observed).toMatchObject({
      expected: { errno: 'EPERM', rule: 'not-the-owner' },
      effects: [{ type: 'CgroupOwnerChanged', cgroup_id: 2, uid: 1000 }],
    });
    const { observed: mode } = observeCall(
      kernel,
      { name: 'cgroup_chmod', path: '/a/cgroup.procs', mode: 0o664 },
      { ret: 0 },
      { pid: 20 },
    );
    expect(mode.effects).toEqual([
      { type: 'CgroupModeChanged', cgroup_id: 2, file: 'cgroup.procs', mode: 0o664 },
    ]);
  });

  it('names the cgroup of a control file', () => {
    const call = { name: 'cgroup_chmod', path: '/x/y/cgroup.procs', mode: 0o664 } as const;
    const { inferred, observed } = observeCall(preparedKernel(), call, { ret: 0 });
    expect(inferred.map((event) => event.call)).toEqual([
      { name: 'found', cgroup: { path: '/x/y' } },
    ]);
    expect(observed).not.toHaveProperty('expected');
    expect(observed.effects).toMatchObject([{ file: 'cgroup.procs', mode: 0o664 }]);
  });

  it('of a root without all capabilities is not drift where another one allows it', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { name: 'spawn', child_pid: 20, uid: 0, caps: ['sys_admin'] });
    perform(kernel, 1, { name: 'cgroup_chown', path: '/a', uid: 5 });
    const call = { name: 'cgroup_chown', path: '/a', uid: 1000 } as const;
    const { observed } = observeCall(kernel, call, { ret: 0 }, { pid: 20 });
    expect(observed).not.toHaveProperty('expected');
    expect(types(observed.effects)).toEqual(['CgroupOwnerChanged']);
  });

  it('of a command that the release lacks has the effects of one that has it', () => {
    const kernel = preparedKernel('5.7');
    perform(kernel, 1, { name: 'link_create', target_path: '/a', attach_type: egress, prog_fd: 3 });
    const { observed } = observeCall(kernel, { name: 'link_detach', link_fd: 5 }, { ret: 0 });
    expect(observed.expected).toMatchObject({ rule: 'command-unknown' });
    expect(types(observed.effects)).toEqual(['EntryRemoved', 'LinkSevered']);
  });

  it('naming fds of which nothing is known invents no objects', () => {
    const kernel = preparedKernel();
    const call = { name: 'link_create', target_fd: 30, prog_fd: 31, attach_type: egress } as const;
    const { inferred, observed } = observeCall(kernel, call, { ret: 9, link_id: 5 });
    expect(inferred).toEqual([]);
    expect(observed).toMatchObject({
      expected: { errno: 'EBADF', rule: 'prog-fd-not-open' },
      effects: [{ type: 'FdOpened', fd: 9, kind: 'other', id: 0 }],
    });
  });

  it('of a close that the log knows nothing of is not drift', () => {
    const { observed } = observeCall(preparedKernel(), { name: 'close', fd: 99 }, { ret: 0 });
    expect(observed).toEqual({
      ...{ source: 'observed', pid: 1, call: { name: 'close', fd: 99 } },
      ...{ outcome: { ret: 0 }, effects: [] },
    });
  });

  it('rmdir of a busy cgroup: nothing was in it', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, { name: 'spawn', child_pid: 20 });
    perform(kernel, 20, { name: 'join', path: '/a' });
    const { observed } = observeCall(kernel, { name: 'rmdir', path: '/a' }, { ret: 0 });
    expect(observed.expected).toMatchObject({ rule: 'cgroup-busy' });
    expect(types(observed.effects)).toEqual(['CgroupEmptied', 'CgroupRemoved']);
  });

  it('a new cgroup with the id of the root gets another one', () => {
    const kernel = preparedKernel();
    const { observed } = observeCall(
      kernel,
      { name: 'mkdir', path: '/r' },
      { ret: 0, cgroup_id: 1 },
    );
    expect(observed.expected).toEqual({ ret: 0, cgroup_id: 3 });
    expect(observed.effects).toMatchObject([{ type: 'CgroupMade', cgroup_id: 3 }]);
    expect(kernel.cgroupIds.get('/')).toBe(1);
  });

  it('init does not end', () => {
    const { observed } = observeCall(preparedKernel(), { name: 'exit' }, { ret: 0 });
    expect(observed).toMatchObject({ expected: { rule: 'init-stays' }, effects: [] });
  });
});

describe('what the model has no answer for', () => {
  const insns = Buffer.from('b7000000010000009500000000000000', 'hex').toString('base64');
  const log = { log_level: 1, log_size: 300, log_buf: true } as const;

  it('is not drift of a load that succeeded, which has its effects and its maps', () => {
    const kernel = preparedKernel();
    perform(kernel, 1, {
      name: 'map_create',
      map_type: 'hash',
      key_size: 4,
      value_size: 4,
      max_entries: 1,
    });
    const call = { ...skb, ...log, insn_cnt: 9, map_fds: [4] } as const;
    for (const unknown of [call, { ...call, signature: true, signature_size: 256 }] as const) {
      const { observed } = observeCall(preparedKernel(), unknown, { ret: 8, prog_id: 9 });
      expect(observed).not.toHaveProperty('expected');
    }
    const { observed } = observeCall(kernel, call, { ret: 8, prog_id: 9 });
    expect(observed).not.toHaveProperty('expected');
    expect(observed.effects).toMatchObject([{ type: 'ProgLoaded', prog_id: 9, map_ids: [1] }]);
  });

  it('is not drift of a refusal', () => {
    const short = observeCall(
      preparedKernel(),
      { ...skb, ...log, insns, insn_cnt: 2 },
      { errno: 'ENOSPC' },
    );
    expect(short.observed.outcome).toMatchObject({ rule: 'beyond-these-rules' });
    expect(short.observed).not.toHaveProperty('expected');
    const form = { map_type: 'array', key_size: 4, value_size: 4, max_entries: 1 } as const;
    const hash = { excl_prog_hash: true, excl_prog_hash_size: 32 } as const;
    const call = { name: 'map_create', ...form, ...hash } as const;
    const { observed } = observeCall(preparedKernel(), call, { errno: 'EPERM' });
    expect(observed).not.toHaveProperty('expected');
    const made = observeCall(preparedKernel(), call, { ret: 8, map_id: 5 }).observed;
    expect(made).not.toHaveProperty('expected');
    expect(made.effects).toMatchObject([{ type: 'MapCreated', map_id: 5, map_type: 'array' }]);
  });
});
