import { expect, it } from 'vitest';
import { boot } from '../boot.ts';
import { decide } from '../decide.ts';
import { BOOT_PID } from '../release/config.ts';

it('takes no instructions for none, whatever their count says', () => {
  const call = { name: 'prog_load', prog_type: 'cgroup_sock', insns: '', insn_cnt: 4096 } as const;
  expect(decide(boot('6.1'), BOOT_PID, call).outcome).toMatchObject({
    errno: 'E2BIG',
    rule: 'too-many-instructions',
  });
});
