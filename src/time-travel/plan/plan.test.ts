import { expect, it } from 'vitest';
import { boot } from '../../domain/boot.ts';
import type { Call } from '../../domain/call.ts';
import { evolve } from '../../domain/evolve.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { perform } from '../../domain/perform.ts';
import { BOOT_PID } from '../../domain/release/config.ts';
import { inOnePiece } from '../../events/turns.ts';
import { plan } from './plan.ts';

const attach_type = 'cgroup_inet_egress' as const;
const mkdir = (path: string): Call => ({ name: 'mkdir', path });
const load: Call = { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'one' };
const attach = (target_path: string, flags: readonly 'override'[] = []): Call => ({
  ...{ name: 'prog_attach', attach_bpf_fd: 3, target_path, attach_type, flags },
});

function after(kernel: Kernel, calls: readonly Call[]): Kernel {
  for (const call of calls) {
    expect(isRefusal(perform(kernel, BOOT_PID, call).outcome)).toBe(false);
  }
  return kernel;
}

const planCalls = (kernel: Kernel, ...calls: readonly Call[]) =>
  inOnePiece(
    plan(
      kernel,
      calls.map((call) => ({ call })),
    ),
  );

it('ends where an older log made a cgroup its own ancestor', () => {
  // A first cgroup with the id of the root: no kernel gives it now, but a log may hold it.
  const kernel = boot('6.18', { root_cgroup_id: 1 });
  evolve(kernel, { type: 'CgroupMade', cgroup_id: 1, path: '/a' }, BOOT_PID);
  after(kernel, [mkdir('/a/b'), load]);
  expect(kernel.cgroups.get(1)).toMatchObject({ path: '/a', parent_id: 1 });
  const { changed, truncated } = planCalls(kernel, attach('/a'));
  expect(changed.map(({ path }) => path)).toEqual(['/a', '/a/b']);
  expect(truncated).toBe(false);
});

it('tells of the nearest cgroups that hide a program, by path', () => {
  const kernel = after(boot('6.18'), [
    ...['/a', '/a/d', '/a/b', '/a/b/c', '/a/x', '/a/x/y', '/a/x/y/z', '/ab'].map(mkdir),
    load,
    ...['/a/d', '/a/b/c', '/a/b', '/a/x/y/z', '/ab'].map((path) => attach(path, ['override'])),
  ]);
  const { notices } = planCalls(kernel, attach('/a', ['override']));
  expect(notices.map(({ kind }) => kind)).toEqual(['hidden-below']);
  expect(notices[0]?.about).toMatchObject({ cgroup: '/a', hidden_on: 3 });
  const id = (path: string) => kernel.cgroupIds.get(path);
  expect(notices[0]?.entries.map(({ cgroup_id }) => cgroup_id)).toEqual(
    ['/a/b', '/a/d', '/a/x/y/z'].map(id),
  );
});
