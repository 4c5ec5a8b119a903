import { describe, expect, it } from 'vitest';
import { boot } from '../boot.ts';
import { decide } from '../decide.ts';
import { BOOT_PID } from '../release/config.ts';

describe('an instruction that reads a register which nothing was written to', () => {
  const loadOutcome = (...insns: readonly string[]) => {
    const bytes = Buffer.from([...insns, 'b700000001000000', '9500000000000000'].join(''), 'hex');
    const code = { insns: bytes.toString('base64'), insn_cnt: insns.length + 2, ret: 1 };
    const call = { name: 'prog_load', prog_type: 'cgroup_skb', ...code } as const;
    return decide(boot('6.18'), BOOT_PID, call).outcome;
  };
  it.each([
    ['a comparison with a constant', '1500000002000000'],
    ['a comparison of two', '1d12000000000000'],
    ['a comparison with a second that holds nothing', '1d21000000000000'],
    ['an addition', '0700000001000000'],
    ['an addition of one that holds nothing', '0f21000000000000'],
  ])('is EACCES: %s', (_, insn) => {
    expect(loadOutcome(insn)).toMatchObject({ errno: 'EACCES', rule: 'instruction-not-allowed' });
  });
  it('leaves to the verifier what comes of registers that hold something', () => {
    expect(loadOutcome('b702000001000000', '1d21000000000000')).toEqual({
      ret: 3,
      verified: false,
    });
    expect(loadOutcome('1501000000000000')).toEqual({ ret: 3, verified: false });
  });
});

it('does not claim that what a caller says of a return is what the verifier finds first', () => {
  // if r1 == 0 goto +0; r0 = 3; exit
  const insns = Buffer.from('1501000000000000b7000000030000009500000000000000', 'hex');
  const code = { insns: insns.toString('base64'), insn_cnt: 3, ret: 3 };
  const call = { name: 'prog_load', prog_type: 'cgroup_device', ...code } as const;
  const { outcome } = decide(boot('6.18'), BOOT_PID, call);
  expect(outcome).toMatchObject({ rule: 'told-return-out-of-range' });
});

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
