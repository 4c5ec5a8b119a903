// Texts of somebody else's bundle that would grow as they are parsed: they are refused before.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readLine, writeLine } from '../../src/events/bundle/bundle-line.ts';
import { readBundle } from '../../src/events/bundle/read-bundle.ts';
import { GENESIS_HASH } from '../../src/events/encoding/hash-chain.ts';
import { hexOf } from '../../src/events/encoding/hex.ts';
import { ChainCheck } from '../../src/events/proof/chain-check.ts';

const MIB = 1024 * 1024;
const hash = hexOf(GENESIS_HASH);

/** A line with the digest of its bytes. */
function line(head: string): Buffer {
  const digest = createHash('sha256').update(head).digest('hex');
  return Buffer.from(`${head},"sha256":"${digest}"}`);
}

/**
 * Milliseconds of the processor that something takes, whatever else the machine does, and the bytes that
 * it adds to the heap before it is swept.
 */
async function cost(work: () => unknown): Promise<{ ms: number; bytes: number }> {
  const heap = process.memoryUsage().heapUsed;
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  const ms = (user + system) / 1000;
  return { ms, bytes: process.memoryUsage().heapUsed - heap };
}

describe('a line of 32 MiB', () => {
  const texts = {
    'nested lists': '['.repeat(16 * MIB) + ']'.repeat(16 * MIB),
    'empty objects': `[${Array(11 * MIB)
      .fill('{}')
      .join()}]`,
    'fields with ever new names': `{${Array.from({ length: 2 * MIB }, (_, i) => `"x${i}":1`).join()}}`,
  };

  it.each(Object.entries(texts))('of %s is refused unparsed', async (_, text) => {
    const bytes = line(`{"type":"event","body":${text}`);
    const { ms, bytes: heap } = await cost(() => expect(readLine(bytes)).toBeUndefined());
    expect(ms).toBeLessThan(2000);
    expect(heap).toBeLessThan(8 * MIB);
  });

  it('of one long text is read', () => {
    const event = { type: 'event', position: 1, recorded_at: 1, body: '["'.repeat(16 * MIB), hash };
    expect(readLine(Buffer.from(writeLine(event as never)))).toEqual(event);
  });
});

it('an event of nested lists is refused unparsed', async () => {
  const body = '['.repeat(8 * MIB) + ']'.repeat(8 * MIB);
  const lines = [
    { type: 'bundle', version: 1, host: 'h', position: 1, hash },
    { type: 'event', position: 1, recorded_at: 1, body, hash },
    { type: 'batch', position_to: 1, recorded_at: 1, at_max: 1, writer: 0, hash },
    { type: 'end', lines: 4 },
  ] as const;
  const bundle = Buffer.from(lines.map((one) => `${writeLine(one)}\n`).join(''));
  const check = new ChainCheck();
  const { ms } = await cost(async () => {
    for await (const parts of readBundle(once(bundle), check)) {
      for (const { part } of parts) expect(part).not.toBe('row');
    }
  });
  expect(ms).toBeLessThan(2000);
  expect(check.report().faults[0]).toEqual({
    position_from: 1,
    position_to: 1,
    message: 'its values take more than 128 MiB; no event is so large',
  });
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
