// What segments are for: the recordings of the kernels, packed small, and not a byte lost.

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeEvent } from '../../src/events/encoding/codec.ts';
import { openSegment, packSegment, SEGMENT_EVENTS } from '../../src/events/segment/segment.ts';
import { readGolden } from '../../src/recorders/golden/files.ts';
import { goldenEvents } from '../support/golden-log.ts';

/** The promise of the documentation, for events as varied as those of the recordings. */
const BYTES_PER_EVENT_MAX = 16;

it.each(['5.10', '7.3'])(
  'the history of %s packs small and comes back byte for byte',
  async (release) => {
    const text = await readGolden(join(import.meta.dirname, `${release}.jsonl.br`));
    const rows = (await goldenEvents(text)).map((event) => ({
      position: event.position,
      recorded_at: event.recorded_at,
      body: encodeEvent(event),
    }));
    expect(rows.length).toBeGreaterThan(5000);
    const hash = new Uint8Array(32);
    let bytes = 0;
    for (let from = 0; from < rows.length; from += SEGMENT_EVENTS) {
      const run = rows.slice(from, from + SEGMENT_EVENTS);
      const batches = run.map(({ position }) => ({ position_to: position, writer: 281_474_976 }));
      const blob = await packSegment({ rows: run, batches, hash_before: hash, hash_after: hash });
      bytes += blob.length;
      const opened = [...openSegment(blob).rows].map(({ position, recorded_at, body }) => ({
        position,
        recorded_at,
        body,
      }));
      expect(opened).toEqual(run);
    }
    expect(bytes / rows.length).toBeLessThan(BYTES_PER_EVENT_MAX);
  },
);
