import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomHistory } from '../../../test/support/random-history.ts';
import { encodeEvent } from '../codec.ts';
import { openSegment, packSegment, type Sealed, UnreadableSegment } from './segment.ts';

const hash = (byte: number) => new Uint8Array(32).fill(byte);

function sealed(bodies: readonly string[], from = 1): Sealed {
  const rows = bodies.map((body, i) => ({
    position: from + i,
    recorded_at: 1_795_000_000_000_000 + i * 37,
    body,
  }));
  const batches = rows.map(({ position }) => ({ position_to: position, writer: position * 7 }));
  return { rows, batches, hash_before: hash(1), hash_after: hash(2) };
}

function reopened(blob: Uint8Array) {
  const { rows, batches, hash_before, hash_after } = openSegment(blob);
  const plain = [...rows].map(({ position, recorded_at, body }) => ({
    position,
    recorded_at,
    body,
  }));
  return { rows: plain, batches, hash_before, hash_after };
}

describe('a segment', () => {
  it('gives back every event of random histories byte for byte', async () => {
    const history = fc.record({
      seed: fc.nat(),
      events: fc.integer({ min: 1, max: 150 }),
      release: fc.constantFrom('v2-series', '5.10', '6.18', '7.3'),
      from: fc.constantFrom(1, 9_999, 2 ** 40),
    });
    await fc.assert(
      fc.asyncProperty(history, async ({ from, ...options }) => {
        const bodies = [...randomHistory({ rebootEvery: 40, ...options })].map(({ event }) =>
          encodeEvent(event),
        );
        const run = sealed(bodies, from);
        expect(reopened(await packSegment(run))).toEqual(run);
      }),
      { numRuns: 30 },
    );
  });

  it('gives back texts that no encoder wrote: any JSON, and what is no JSON at all', async () => {
    const text = fc.oneof(
      fc.json(),
      fc.json().map((json) => ` ${json}`),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('-0', '1e999', '9007199254740993', '[1.5,-4503599627370496]', '"\\ud800"'),
      fc.constantFrom('{"__proto__":[1]}', '{"2":1,"1":2}', '[[[]],{},[null,true]]', ''),
      fc.integer({ min: 1, max: 100 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 30 }), async (bodies) => {
        const run = sealed(bodies);
        expect(reopened(await packSegment(run))).toEqual(run);
      }),
      { numRuns: 200 },
    );
  });

  it('is the same blob for the same run', async () => {
    const bodies = [...randomHistory({ seed: 5, events: 50 })].map(({ event }) =>
      encodeEvent(event),
    );
    expect(await packSegment(sealed(bodies))).toEqual(await packSegment(sealed(bodies)));
  });

  it('says that it is damaged, never anything else, whichever byte is', async () => {
    const bodies = [...randomHistory({ seed: 3, events: 12 })].map(({ event }) =>
      encodeEvent(event),
    );
    const blob = await packSegment(sealed(bodies));
    for (let i = 0; i < blob.length; i++) {
      const damaged = Uint8Array.from(blob);
      damaged[i] = (damaged[i] as number) ^ 0x10;
      // A flip may also hit a byte of some text: that is for the hashes to find.
      try {
        reopened(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(UnreadableSegment);
      }
    }
    expect(() => reopened(blob.subarray(0, blob.length - 1))).toThrow(UnreadableSegment);
    expect(() => openSegment(Buffer.from('something else'))).toThrow('no segment');
  });
});
