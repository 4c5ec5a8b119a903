import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HistoryOptions, randomHistory } from '../../../test/support/random-history.ts';
import { decodeChange, encodeEvent } from '../encoding/codec.ts';
import { UnreadableEvent } from '../encoding/field-coder.ts';
import type { FoldedEvent } from '../event.ts';
import {
  openChanges,
  openSegment,
  packSegment,
  type Sealed,
  UnreadableSegment,
} from './segment.ts';

const hash = (byte: number) => new Uint8Array(32).fill(byte);

function sealBodies(bodies: readonly string[], from = 1): Sealed {
  const rows = bodies.map((body, i) => ({
    position: from + i,
    recorded_at: 1_795_000_000_000_000 + i * 37,
    body,
  }));
  const batches = rows.map(({ position }) => ({ position_to: position, writer: position * 7 }));
  return { rows, batches, hash_before: hash(1), hash_after: hash(2) };
}

function reopen(blob: Uint8Array) {
  const { rows, batches, hash_before, hash_after } = openSegment(blob);
  const plain = [...rows].map(({ position, recorded_at, body }) => ({
    position,
    recorded_at,
    body,
  }));
  return { rows: plain, batches, hash_before, hash_after };
}

const bodiesOf = (options: HistoryOptions): string[] =>
  [...randomHistory(options)].map(({ event }) => encodeEvent(event));

/** What a segment says that its events changed. */
async function changesIn(blob: Uint8Array, range: Parameters<typeof openChanges>[1]) {
  return [...(await openChanges(blob, range))].flat();
}

const WHOLE = { from: 1, to: Number.MAX_SAFE_INTEGER };

/** What the rows say, without the events that changed nothing and are regular. */
function changesOf({ rows }: Sealed, { from, to }: typeof WHOLE): FoldedEvent[] {
  const within = rows.filter(({ position }) => position >= from && position <= to);
  return within.map(decodeChange).filter(({ effects }) => effects.length > 0);
}

describe('a segment', () => {
  it('that lies about its lengths is refused before anything is made of them', async () => {
    const blob = await packSegment(sealBodies(bodiesOf({ seed: 2, events: 20 })));
    // The length of the first packed part, after the magic, three numbers and two hashes.
    const at = 6 + 1 + 1 + 1 + 64;
    for (const length of [0xff, 0xfe]) {
      const lying = Uint8Array.from(blob);
      lying.set([length, 0xff, 0xff, 0x7f], at);
      expect(() => [...openSegment(lying).rows]).toThrow(UnreadableSegment);
    }
  });

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
        const run = sealBodies(bodies, from);
        expect(reopen(await packSegment(run))).toEqual(run);
      }),
      { numRuns: 30 },
    );
  });

  it('tells what any of its events changed without the rest', async () => {
    const place = fc.record({ from: fc.integer({ min: 1, max: 130 }), length: fc.nat(140) });
    await fc.assert(
      fc.asyncProperty(fc.nat(), place, async (seed, { from, length }) => {
        const bodies = bodiesOf({ seed, events: 120, rebootEvery: 40 });
        // Some are written as no encoder would.
        const run = sealBodies(bodies.map((body, i) => (i % 9 === 4 ? ` ${body}` : body)));
        const range = { from, to: from + length };
        const changes = await changesIn(await packSegment(run), range);
        expect(changes.filter(({ effects }) => effects.length > 0)).toEqual(changesOf(run, range));
      }),
      { numRuns: 50 },
    );
  });

  it('tells no changes of events of another schema or with effects that are unknown', async () => {
    const [, body] = bodiesOf({ seed: 1, events: 2 }) as [string, string];
    for (const effects of ['[[999,1]]', '[[10,1,2,3]]', '[[15,1,99]]']) {
      const unknown = body.replace(/,\[\[?[^[]*\]?\]\]$/u, `,${effects}]`);
      expect(unknown).toContain(effects);
      const blob = await packSegment(sealBodies([body, unknown]));
      await expect(changesIn(blob, WHOLE)).rejects.toThrow(UnreadableEvent);
    }
    const blob = await packSegment(sealBodies([body, body.replace(/^\[1,/u, '[2,')]));
    await expect(changesIn(blob, WHOLE)).rejects.toThrow('event 2 cannot be read');
  });

  it('is the same blob for the same run', async () => {
    const bodies = [...randomHistory({ seed: 5, events: 50 })].map(({ event }) =>
      encodeEvent(event),
    );
    expect(await packSegment(sealBodies(bodies))).toEqual(await packSegment(sealBodies(bodies)));
  });

  it('says that it is damaged, never anything else, whichever byte is', async () => {
    const bodies = [...randomHistory({ seed: 3, events: 12 })].map(({ event }) =>
      encodeEvent(event),
    );
    const blob = await packSegment(sealBodies(bodies));
    for (let i = 0; i < blob.length; i++) {
      const damaged = Uint8Array.from(blob);
      damaged[i] = (damaged[i] as number) ^ 0x10;
      // A flip may also hit a byte of some text: that is for the hashes to find.
      for (const read of [reopen, (bytes: Uint8Array) => changesIn(bytes, WHOLE)]) {
        try {
          await read(damaged);
        } catch (error) {
          const unreadable = error instanceof UnreadableSegment || error instanceof UnreadableEvent;
          expect([i, error, unreadable]).toEqual([i, error, true]);
        }
      }
    }
    expect(() => reopen(blob.subarray(0, blob.length - 1))).toThrow(UnreadableSegment);
    expect(() => openSegment(Buffer.from('something else'))).toThrow('not a segment');
    await expect(changesIn(blob.subarray(0, 9), WHOLE)).rejects.toThrow(UnreadableSegment);
  });
});
