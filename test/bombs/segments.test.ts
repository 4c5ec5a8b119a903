// Segments of somebody else that are small and would grow: each is refused before anything is made
// of what it announces.
import { randomBytes } from 'node:crypto';
import { brotliCompressSync, constants } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeEvent } from '../../src/events/encoding/codec.ts';
import { partsOf } from '../../src/events/segment/event-parts.ts';
import { RestWriter } from '../../src/events/segment/rest.ts';
import { openSegment, packSegment, UnreadableSegment } from '../../src/events/segment/segment.ts';
import { ByteWriter } from '../../src/events/segment/varint.ts';
import { randomHistory } from '../support/random-history.ts';

const NUMBER = 1;
const ENTRY = 2;
const MIXED = 3;
const PLAIN = 0;
const MIB = 1024 * 1024;

/** Text that does not pack: it buys a segment the right to unpack to 64 MiB. */
const BALLAST = randomBytes(60_000).toString('hex');

function bytesOf(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  write(out);
  return out.takeWritten();
}

function numbers(out: ByteWriter, bytes: Uint8Array): void {
  out.varint(NUMBER);
  out.varint(PLAIN);
  out.lane(bytes);
}

/** Packed fast: the best quality takes seconds for what repeats by the megabyte, and saves nothing. */
function pack(bytes: Uint8Array): Buffer {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}

/** A segment of an event and an odd one, of which `write` writes what a fold needs. */
function segment(write: (out: ByteWriter) => void): Uint8Array {
  const rest = new RestWriter();
  for (const { event } of randomHistory({ seed: 1, events: 1 })) {
    rest.add(1, partsOf(encodeEvent(event)));
  }
  rest.add(1, undefined);
  return bytesOf((out) => {
    out.bytes(Buffer.from('BPFSEG'));
    for (const number of [2, 1, 2]) out.varint(number);
    out.bytes(new Uint8Array(64));
    out.lane(pack(bytesOf(write)));
    out.lane(pack(bytesOf((part) => rest.writeTo(part, 1, []))));
  });
}

/** Effects of the first event, each of so many fields; the second event is ballast. */
function effects(count: number, fields: number): Uint8Array {
  return segment((out) => {
    out.varint(MIXED);
    out.lane(Uint8Array.of(NUMBER, ENTRY));
    out.varint(PLAIN);
    out.lane(bytesOf((lane) => lane.writeSigned(count)));
    out.lane(Buffer.from(JSON.stringify([BALLAST])));
    out.lane(Uint8Array.of(0));
    numbers(out, Uint8Array.of(2, 2));
    out.varint(count);
    numbers(out, new Uint8Array(count).fill(2));
    for (const number of [1, 1, count, fields]) out.varint(number);
    for (let field = 0; field < fields; field++) numbers(out, new Uint8Array(count));
  });
}

/** A first column whose entries are these texts of JSON, beside the ballast. */
function entries(json: string): Uint8Array {
  return segment((out) => {
    out.varint(ENTRY);
    out.lane(Buffer.from(`["${BALLAST}",${json}]`));
    out.lane(Uint8Array.of(0, 0));
  });
}

const BOMBS: Readonly<Record<string, () => Uint8Array>> = {
  'effects without end': () => effects(50 * MIB, 0),
  'ever more fields': () => effects(3 * MIB, 16),
  'lists within lists': () => entries(`${'['.repeat(25 * MIB)}${']'.repeat(25 * MIB)}`),
  'empty lists': () => entries(`[${'[],'.repeat(16 * MIB)}0]`),
  'empty objects': () => entries(`[${'{},'.repeat(16 * MIB)}0]`),
  numbers: () => entries(`[${'1,'.repeat(25 * MIB)}0]`),
  'one text': () => entries(`"${'x'.repeat(50 * MIB)}"`),
};

describe("somebody else's segment", () => {
  it('of a few effects, made like the bombs, is read', () => {
    expect([...openSegment(effects(10, 2), { foreign: true }).rows]).toHaveLength(2);
  });

  it.each(Object.keys(BOMBS))('of %s is refused, and takes no memory', (name) => {
    const bomb = BOMBS[name]?.() ?? new Uint8Array();
    expect(bomb.length).toBeLessThan(100_000);
    const before = process.resourceUsage().maxRSS;
    const read = () => {
      for (const row of openSegment(bomb, { foreign: true }).rows) row.body.at(0);
    };
    expect(read).toThrow('unpacks to far more than it is');
    // KiB: what it unpacks to, a few times over.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(300 * 1024);
  });

  it('with an entry that nothing refers to is refused', () => {
    const lying = () => openSegment(entries('"one","more"'), { foreign: true });
    expect(lying).toThrow(UnreadableSegment);
  });

  it('with a long text that repeats gives 32 MiB at most: each time counts', async () => {
    const [body = ''] = [...randomHistory({ seed: 1, events: 1 })].map(({ event }) =>
      encodeEvent(event),
    );
    const long = body.replace('6.18', 'x'.repeat(1_000_000));
    const rows = Array.from({ length: 100 }, (_, i) => ({
      position: 1 + i,
      recorded_at: 1_795_000_000_000_000,
      body: long,
    }));
    const batches = rows.map(({ position }) => ({ position_to: position, writer: 0 }));
    const [hash_before, hash_after] = [new Uint8Array(32), new Uint8Array(32)];
    const bomb = await packSegment({ rows, batches, hash_before, hash_after });
    expect(bomb.length).toBeLessThan(1000);
    let given = 0;
    const readAll = () => {
      for (const row of openSegment(bomb, { foreign: true }).rows) given += row.body.length;
    };
    expect(readAll).toThrow(UnreadableSegment);
    expect(given).toBeLessThanOrEqual(32 * MIB);
  });
});
