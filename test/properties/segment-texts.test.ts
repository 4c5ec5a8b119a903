// Segments keep any text, byte for byte, also what no encoder of events wrote.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEvent } from '../../src/events/encoding/codec.ts';
import { openSegment, packSegment } from '../../src/events/segment/segment.ts';
import { randomHistory } from '../support/random-history.ts';

/** The texts that a segment of `texts` gives back. */
async function packAndOpen(texts: readonly string[]): Promise<string[]> {
  const rows = texts.map((body, i) => ({
    position: 1 + i,
    recorded_at: 1_795_000_000_000_000,
    body,
  }));
  const batches = rows.map(({ position }) => ({ position_to: position, writer: 0 }));
  const [hash_before, hash_after] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
  const blob = await packSegment({ rows, batches, hash_before, hash_after });
  return [...openSegment(blob).rows].map(({ body }) => body);
}

describe('a segment', () => {
  it('gives back texts that no encoder wrote: any JSON, and what is not JSON at all', async () => {
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
        expect(await packAndOpen(bodies)).toEqual(bodies);
      }),
      { numRuns: 200 },
    );
  });

  it('gives back texts that are almost those of events', async () => {
    const events = [...randomHistory({ seed: 11, events: 60 })].map(({ event }) =>
      encodeEvent(event),
    );
    const spoiled = fc.record({
      event: fc.nat(events.length - 1),
      item: fc.nat(10),
      json: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue(), { minLength: 15, maxLength: 18 })),
      within: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(spoiled, { minLength: 1, maxLength: 30 }), async (spoils) => {
        const bodies = spoils.map(({ event, item, json, within }) => {
          const body = JSON.parse(events[event] as string) as unknown[];
          const list = within && Array.isArray(body[item]) ? (body[item] as unknown[]) : body;
          list[list === body ? item : 0] = json;
          return JSON.stringify(body);
        });
        const texts = [...events, ...bodies];
        expect(await packAndOpen(texts)).toEqual(texts);
      }),
      { numRuns: 200 },
    );
  });
});
