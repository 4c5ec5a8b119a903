// Tampering with an exported log: every byte flipped in turn, and what a forger would do who knows
// the format and computes every digest anew.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundleLine, readLine, writeLine } from '../../src/events/bundle/bundle-line.ts';
import { readBundle } from '../../src/events/bundle/read-bundle.ts';
import { writeBundle } from '../../src/events/bundle/write-bundle.ts';
import { chainHash } from '../../src/events/encoding/hash-chain.ts';
import { ChainCheck, type ChainReport } from '../../src/events/proof/chain-check.ts';
import { sealSegments } from '../../src/events/proof/seal.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import { genesisOf } from '../../src/events/reading/birth.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { projector } from '../../src/projections/projector.ts';
import { logOn, mkdir, newHost } from '../contract/stores.ts';
import { newSigner } from '../support/signer.ts';

const signer = await newSigner();
afterAll(() => signer.drop());

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function verify(bytes: Uint8Array): Promise<ChainReport> {
  const check = new ChainCheck({ trusted: signer.trusted });
  for await (const parts of readBundle(once(bytes), check)) {
    for (const { part } of parts) expect(part).not.toBe('');
  }
  return check.report();
}

interface Placed {
  readonly line: BundleLine;
  /** Bytes of the line with its newline: [from, to). */
  readonly from: number;
  readonly to: number;
}

function placedLines(bundle: Buffer): Placed[] {
  const placed: Placed[] = [];
  for (let from = 0; from < bundle.length; ) {
    const to = bundle.indexOf('\n', from) + 1;
    const line = readLine(bundle.subarray(from, to - 1));
    if (line === undefined) throw new Error('an exported line is sound');
    placed.push({ line, from, to });
    from = to;
  }
  return placed;
}

const bytesOf = (lines: readonly BundleLine[]): Buffer =>
  Buffer.from(lines.map((line) => `${writeLine(line)}\n`).join(''), 'utf8');

/** Whether a report names events of [from, to] and no others. */
function namesWithin(report: ChainReport, from: number, to: number): boolean {
  const named = report.faults.filter((fault) => fault.position_from !== undefined);
  return (
    named.length > 0 &&
    named.every((fault) => Number(fault.position_from) >= from && Number(fault.position_to) <= to)
  );
}

describe('tampering with an exported log', () => {
  let database: Database;
  let close: () => Promise<void>;
  const bundles: Record<'rows' | 'segments', Buffer> = {
    rows: Buffer.alloc(0),
    segments: Buffer.alloc(0),
  };

  beforeAll(async () => {
    database = await openPglite();
    await migrate(database);
    const log = await logOn(database);
    close = async () => {
      await log.close();
      await database.close();
    };
    const host = await newHost(log);
    const { host_id } = await log.host(host);
    const calls = ['/c', '/c/d', '/c'].map((path) => mkdir(path).calls[0] as never);
    await log.submit(host, mkdir('/a'));
    await log.submit(host, { actor: 'local', calls });
    await signHead(database, { host_id, host }, { ...signer, now: 7 });
    await log.submit(host, mkdir('/e'));
    const exportBundle = async () => {
      const lines: string[] = [];
      for await (const line of writeBundle(database, { host_id, host, tables: projector.tables }))
        lines.push(line);
      return Buffer.from(lines.join(''), 'utf8');
    };
    bundles.rows = await exportBundle();
    expect(await sealSegments(database, { host_id, events: 5 })).toBe(1);
    bundles.segments = await exportBundle();
  });

  afterAll(() => close?.());

  it.each(['rows', 'segments'] as const)(
    'is noticed at every byte of %s, and named',
    {
      timeout: 120_000,
    },
    async (kind) => {
      const bundle = bundles[kind];
      expect((await verify(bundle)).holds).toBe(true);
      const batchOf = new Map<number, readonly [number, number]>();
      let batchFrom = 1;
      const lines = placedLines(bundle);
      for (const { line } of lines) {
        if (line.type !== 'batch') continue;
        for (let p = batchFrom; p <= line.position_to; p++) {
          batchOf.set(p, [batchFrom, line.position_to]);
        }
        batchFrom = line.position_to + 1;
      }
      let flipped = 0;
      const unnoticed: number[] = [];
      const unnamed: number[] = [];
      for (const { line, from, to } of lines) {
        for (let at = from; at < to; at++) {
          const damaged = Buffer.from(bundle);
          damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
          const report = await verify(damaged);
          flipped++;
          if (report.holds) unnoticed.push(at);
          // The newline belongs to its line and to the next one.
          if (at === to - 1) continue;
          let named = report.faults.length > 0;
          if (line.type === 'event') named = namesWithin(report, line.position, line.position);
          if (line.type === 'batch') {
            const [first, last] = batchOf.get(line.position_to) as readonly [number, number];
            named = namesWithin(report, first, last);
          }
          if (line.type === 'segment') {
            named = namesWithin(report, line.position_from, line.position_to);
          }
          if (!named) unnamed.push(at);
        }
      }
      console.info(`${flipped} bytes of ${kind} are flipped`);
      expect(flipped).toBe(bundle.length);
      expect(unnoticed).toEqual([]);
      expect(unnamed).toEqual([]);
    },
  );

  it('names the event whose text was changed, when the line was digested anew', async () => {
    const lines = placedLines(bundles.rows).map(({ line }) => line);
    const forged = lines.map((line) =>
      line.type === 'event' && line.position === 4
        ? { ...line, body: line.body.replace('/c/d', '/c/x') }
        : line,
    );
    const report = await verify(bytesOf(forged));
    expect(report).toMatchObject({
      holds: false,
      fault_count: 1,
      faults: [{ position_from: 4, position_to: 4 }],
    });
  });

  it('names the checkpoint when every hash was computed anew', async () => {
    const { line: header } = placedLines(bundles.rows)[0] as Placed;
    let hash = genesisOf(header.type === 'bundle' ? (header.log?.born ?? null) : null);
    const hex = () => Buffer.from(hash).toString('hex');
    const forged = placedLines(bundles.rows).map(({ line }): BundleLine => {
      if (line.type === 'batch') return { ...line, hash: hex() };
      if (line.type !== 'event') return line;
      const body = line.body.replace('"/a"', '"/z"');
      hash = chainHash(hash, { ...line, body });
      return { ...line, body, hash: hex() };
    });
    const [first, ...rest] = forged as [BundleLine & { type: 'bundle' }, ...BundleLine[]];
    const report = await verify(bytesOf([{ ...first, hash: hex() }, ...rest]));
    expect(report).toMatchObject({ holds: false, fault_count: 1, checkpoints: 0 });
    expect(report.faults[0]).toMatchObject({ position_from: 1, position_to: 5 });
    expect(report.faults[0]?.message).toContain('signed for another log');
  });

  it('is noticed when lines are left out, moved, or cut off', async () => {
    const lines = placedLines(bundles.rows).map(({ line }) => line);
    const events = lines.flatMap((line, i) => (line.type === 'event' ? [i] : []));
    for (let i = 0; i < lines.length; i++) {
      const rest = lines.filter((_, other) => other !== i);
      const renumbered = rest.map((line) =>
        line.type === 'end' ? { ...line, lines: rest.length } : line,
      );
      const report = await verify(bytesOf(renumbered));
      // A log with fewer checkpoints proves less, and is not a forgery.
      const mayLack = lines[i]?.type === 'checkpoint';
      expect([i, report.holds]).toEqual([i, mayLack]);
      if (events.includes(i)) {
        const { position } = lines[i] as BundleLine & { type: 'event' };
        expect(report.faults[0]).toMatchObject({ position_from: position, position_to: position });
      }
    }
    const [a, b] = events as [number, number];
    const moved = lines.with(a, lines[b] as BundleLine).with(b, lines[a] as BundleLine);
    expect((await verify(bytesOf(moved))).holds).toBe(false);
    for (let kept = 0; kept < lines.length; kept++) {
      expect((await verify(bytesOf(lines.slice(0, kept)))).holds).toBe(false);
    }
  });
});
