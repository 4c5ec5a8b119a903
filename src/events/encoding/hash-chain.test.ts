import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chainHash, GENESIS_HASH } from './hash-chain.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const row = { position: 258, recorded_at: 1_774_421_866_641_022, body: '["é"]' };

describe('the hash chain', () => {
  it('is SHA-256 over hash, position, time, length and text, as anyone can recompute', () => {
    const time = row.recorded_at.toString(16).padStart(16, '0');
    const input = `${'00'.repeat(32)}0000000000000102${time}00000006${hex(Buffer.from(row.body))}`;
    const expected = createHash('sha256').update(Buffer.from(input, 'hex')).digest('hex');
    expect(hex(chainHash(GENESIS_HASH, row))).toBe(expected);
  });

  it.each([
    ['position', { ...row, position: 259 }],
    ['time', { ...row, recorded_at: row.recorded_at + 1 }],
    ['text', { ...row, body: '["e"]' }],
  ])('changes with the %s', (_what, other) => {
    expect(hex(chainHash(GENESIS_HASH, other))).not.toBe(hex(chainHash(GENESIS_HASH, row)));
  });

  it('changes with the hash before', () => {
    const second = chainHash(chainHash(GENESIS_HASH, row), row);
    expect(hex(second)).not.toBe(hex(chainHash(GENESIS_HASH, row)));
  });
});
