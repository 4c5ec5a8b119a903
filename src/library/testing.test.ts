import { describe, expect, it } from 'vitest';
import type { Call } from '../domain/call.ts';
import { CallRefused, type FakeKernel, fakeKernel, fakeKernelFrom } from './testing.ts';

const EGRESS = 'cgroup_inet_egress';

/** A program as a loader has it: loaded, and its fd. */
function load(kernel: FakeKernel, prog_name: string): number {
  const load: Call = {
    name: 'prog_load',
    prog_type: 'cgroup_skb',
    expected_attach_type: EGRESS,
    prog_name,
  };
  return kernel.done(load).ret;
}

function openCgroup(kernel: FakeKernel, path: string): number {
  kernel.call({ name: 'mkdir', path });
  return kernel.done({ name: 'open_cgroup', path }).ret;
}

const attach = (target_fd: number, attach_bpf_fd: number, flags: 'multi'[] = []): Call => ({
  name: 'prog_attach',
  ...{ target_fd, attach_bpf_fd, attach_type: EGRESS, flags },
});

describe('a fake kernel', () => {
  it('says which programs run on a cgroup, in order, and where they come from', () => {
    const kernel = fakeKernel('6.12');
    const [parent, child] = [openCgroup(kernel, '/a'), openCgroup(kernel, '/a/b')];
    kernel.done(attach(parent, load(kernel, 'guard'), ['multi']));
    kernel.done({
      name: 'link_create',
      ...{ target_fd: child, prog_fd: load(kernel, 'meter'), attach_type: EGRESS },
    });
    expect(kernel.running('/a/b', EGRESS)).toEqual([
      { program: 'meter', from: '/a/b', by: 'link' },
      { program: 'guard', from: '/a', by: 'attach' },
    ]);
    kernel.assertRunning('/a/b', EGRESS, ['meter', 'guard']);
    expect(() => kernel.assertRunning('/a', EGRESS, ['meter'])).toThrow(/of \/a runs \[guard\]/u);
    expect(() => kernel.running('/none', EGRESS)).toThrow(RangeError);
  });

  it('refuses as the release does, and says why', () => {
    const kernel = fakeKernel('5.10');
    const cgroup = openCgroup(kernel, '/a');
    kernel.done(attach(cgroup, load(kernel, 'first')));
    const second = attach(cgroup, load(kernel, 'second'), ['multi']);
    expect(kernel.call(second)).toMatchObject({ errno: 'EPERM' });
    expect(() => kernel.done(second)).toThrow(CallRefused);
    expect(() => kernel.done(second)).toThrow(/^prog_attach: EPERM: .+/u);
  });

  it('fails once where a test asks it to, and changes nothing then', () => {
    const kernel = fakeKernel('6.18');
    const cgroup = openCgroup(kernel, '/a');
    const guard = load(kernel, 'guard');
    kernel.fail('prog_attach', 'ENOMEM', 2);
    kernel.done(attach(cgroup, guard, ['multi']));
    const before = kernel.snapshot();
    const again = attach(cgroup, load(kernel, 'meter'), ['multi']);
    const loaded = kernel.snapshot();
    expect(loaded).not.toEqual(before);
    expect(kernel.call(again)).toEqual({ errno: 'ENOMEM', injected: true });
    expect(kernel.snapshot()).toEqual(loaded);
    kernel.done(again);
    kernel.assertRunning('/a', EGRESS, ['guard', 'meter']);
    expect(kernel.calls.filter(({ outcome }) => 'injected' in outcome)).toHaveLength(1);
  });

  it('goes on from a snapshot, even one that was written as JSON', () => {
    const kernel = fakeKernel('6.18');
    const cgroup = openCgroup(kernel, '/a');
    kernel.done(attach(cgroup, load(kernel, 'guard')));
    const copy = fakeKernelFrom(JSON.parse(JSON.stringify(kernel.snapshot())));
    copy.assertRunning('/a', EGRESS, ['guard']);
    kernel.done({ name: 'prog_detach', target_fd: cgroup, attach_type: EGRESS });
    kernel.assertRunning('/a', EGRESS, []);
    copy.assertRunning('/a', EGRESS, ['guard']);
  });

  it.each([
    ['a release that nobody knows', () => fakeKernel('9.9'), /no kernel release is called 9\.9/u],
    ['a call that comes never', () => fakeKernel('6.18').fail('mkdir', 'EPERM', 0), /nth is 0/u],
    ['an errno of another name', () => fakeKernel('6.18').fail('mkdir', 'ENO' as never), /ENO/u],
  ])('refuses %s', (_what, work, message) => {
    expect(work).toThrow(RangeError);
    expect(work).toThrow(message);
  });
});
