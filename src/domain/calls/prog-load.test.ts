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

it('knows the constant that a 64-bit load gives', () => {
  // r0 = CONSTANT ll; exit
  const returning = (low: number, high: number) => {
    const insns = Buffer.alloc(24);
    insns.writeUInt8(0x18, 0);
    insns.writeInt32LE(low, 4);
    insns.writeInt32LE(high, 12);
    insns.writeUInt8(0x95, 16);
    const call = { name: 'prog_load', prog_type: 'cgroup_skb', insn_cnt: 3 } as const;
    return decide(boot('6.18'), BOOT_PID, { ...call, insns: insns.toString('base64') }).outcome;
  };
  expect(returning(0, 0)).toEqual({ ret: 3 });
  expect(returning(1, 0)).toEqual({ ret: 3 });
  expect(returning(0, 1)).toMatchObject({ errno: 'EINVAL', rule: 'return-out-of-range' });
});
