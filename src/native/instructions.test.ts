import { describe, expect, it } from 'vitest';
import { assemble } from './instructions.ts';

const hex = (code: Buffer) => code.toString('hex').match(/.{16}/gu);

describe('the smallest programs', () => {
  it('return a constant in two instructions', () => {
    expect(hex(assemble(1, []))).toEqual(['b700000001000000', '9500000000000000']);
  });

  it('mention a map by the two halves of one load', () => {
    const map = { fd: 5, use: 'mention', keyBytes: 4 } as const;
    expect(hex(assemble(0, [map]))?.slice(0, 2)).toEqual(['1811000005000000', '0000000000000000']);
  });

  it('ask for a storage with the map and a zero', () => {
    const map = { fd: 5, use: 'storage', keyBytes: 16 } as const;
    expect(hex(assemble(0, [map]))?.slice(2, 4)).toEqual(['b702000000000000', '8500000051000000']);
  });

  it('look a key up on a stack that was written for its whole length', () => {
    const map = { fd: 5, use: 'lookup', keyBytes: 9 } as const;
    expect(hex(assemble(0, [map]))).toEqual([
      '7a0af8ff00000000',
      '7a0af0ff00000000',
      '1811000005000000',
      '0000000000000000',
      'bfa2000000000000',
      '07020000f0ffffff',
      '8500000001000000',
      'b700000000000000',
      '9500000000000000',
    ]);
  });
});
