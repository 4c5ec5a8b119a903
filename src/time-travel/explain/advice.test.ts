import { expect, it } from 'vitest';
import { boot } from '../../domain/boot.ts';
import type { Call } from '../../domain/call.ts';
import { evolve } from '../../domain/evolve.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { perform } from '../../domain/perform.ts';
import { BOOT_PID } from '../../domain/release/config.ts';
import { type AdviceQuestion, adviceFor } from './advice.ts';

const attach_type = 'cgroup_inet_egress' as const;
const load = (prog_name: string): Call => ({
  name: 'prog_load',
  prog_type: 'cgroup_skb',
  prog_name,
});
const mkdir = (path: string): Call => ({ name: 'mkdir', path });
const attach = (
  attach_bpf_fd: number,
  target_path: string,
  ...flags: ('multi' | 'override')[]
): Call => ({
  ...{ name: 'prog_attach', attach_bpf_fd, target_path, attach_type, flags },
});
const detach = (attach_bpf_fd: number, target_path: string): Call => ({
  ...{ name: 'prog_detach', attach_bpf_fd, target_path, attach_type },
});

const base = [mkdir('/a'), mkdir('/a/b'), load('one'), load('two')];

it.each<[string, readonly Call[], Partial<AdviceQuestion>, string | undefined]>([
  ['never attached', [], {}, 'attach it to /a/b with multi'],
  [
    'never attached below an exclusive ancestor, where multi is EPERM',
    [attach(4, '/a')],
    {},
    'take program 2 (two) off /a, then attach it to /a/b with multi',
  ],
  [
    'replaced in a list without flags, where multi is EPERM',
    [attach(3, '/a/b'), attach(4, '/a/b')],
    {},
    'attach it to /a/b without flags; it replaces program 2 (two)',
  ],
  [
    'replaced in an override list',
    [attach(3, '/a/b', 'override'), attach(4, '/a/b', 'override')],
    {},
    'attach it to /a/b with override; it replaces program 2 (two)',
  ],
  [
    'hidden by an override entry below',
    [attach(3, '/a', 'override'), attach(4, '/a/b', 'override')],
    { stood_at: '/a' },
    'take program 2 (two) off /a/b',
  ],
  [
    'its link ended',
    [
      { name: 'link_create', prog_fd: 3, target_path: '/a/b', attach_type },
      { name: 'close', fd: 6 },
    ],
    { link_id: 1 },
    'create a new link to /a/b and pin it, so that no process has to hold it',
  ],
  [
    'its link runs another program',
    [
      { name: 'link_create', prog_fd: 3, target_path: '/a/b', attach_type },
      { name: 'link_update', link_fd: 6, new_prog_fd: 4 },
    ],
    { link_id: 1 },
    'update link 1 back to it',
  ],
  [
    'detached and then freed',
    [attach(3, '/a/b', 'multi'), detach(3, '/a/b'), { name: 'close', fd: 3 }],
    {},
    'load it again, then attach it to /a/b with multi',
  ],
  [
    'never loaded',
    [],
    { program: 99, loaded: false },
    'load it, then attach it to /a/b with multi',
  ],
  [
    'its cgroup is gone',
    [{ name: 'rmdir', path: '/a/b' }],
    {},
    'make /a/b and attach the program to it with multi',
  ],
])('%s', (_, calls, wanted, advice) => {
  const kernel = boot('6.18');
  for (const call of [...base, ...calls]) {
    expect([call.name, isRefusal(perform(kernel, BOOT_PID, call).outcome)]).toEqual([
      call.name,
      false,
    ]);
  }
  const asked = { path: '/a/b', attach_type, program: 1, loaded: true, ...wanted };
  expect(adviceFor(kernel, asked)).toBe(advice);
});

it('is none where no process can be made that tries it', () => {
  const kernel = boot('6.18');
  for (const call of base) expect(isRefusal(perform(kernel, BOOT_PID, call).outcome)).toBe(false);
  // As in an older log, in which init could end.
  evolve(kernel, { type: 'ProcessExited' }, BOOT_PID);
  const asked = { path: '/a/b', attach_type, program: 1, loaded: true };
  expect(adviceFor(kernel, asked)).toBeUndefined();
});
