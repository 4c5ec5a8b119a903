/** Latencies of reads, of several logs in turn. */
import { type Figure, figureOf, quantile } from '../harness/measure.ts';
import type { Reader } from './reader.ts';
import type { Read, ReadKind } from './reads.ts';

/** Reads of one kind in a round. */
const POINT_READS = 100;
const TREE_READS = 60;
/** Reads of each kind before anything counts. */
const WARM_UP_READS = 150;

export interface Latency {
  readonly p50: Figure;
  readonly p99: Figure;
}

export interface Asked {
  /** What gives reads of a log, by the log's name. */
  readonly logs: Readonly<Record<string, (kind: ReadKind) => Read>>;
  /** Kinds of which the latencies are taken together. */
  readonly kinds: readonly ReadKind[];
  readonly reader: Reader;
  readonly rounds: number;
}

/** Milliseconds by log: each read of one log is followed by one of the next. */
export async function latenciesOf(asked: Asked): Promise<Record<string, Latency>> {
  const { logs, kinds, reader, rounds } = asked;
  const names = Object.keys(logs);
  const count = kinds.includes('state') ? TREE_READS : POINT_READS;
  await turns(asked, WARM_UP_READS, () => undefined);
  const perRound = new Map<string, { p50: number[]; p99: number[] }>(
    names.map((name) => [name, { p50: [], p99: [] }]),
  );
  for (let round = 0; round < rounds; round++) {
    const taken = new Map<string, number[]>(names.map((name) => [name, []]));
    await turns({ ...asked, reader }, count, (name, ms) => taken.get(name)?.push(ms));
    for (const [name, all] of taken) {
      const sorted = all.toSorted((a, b) => a - b);
      perRound.get(name)?.p50.push(quantile(sorted, 0.5));
      perRound.get(name)?.p99.push(quantile(sorted, 0.99));
    }
  }
  const figures = [...perRound].map(([name, { p50, p99 }]) => {
    return [name, { p50: figureOf(p50), p99: figureOf(p99) }] as const;
  });
  return Object.fromEntries(figures);
}

async function turns(
  { logs, kinds, reader }: Asked,
  count: number,
  took: (name: string, ms: number) => void,
): Promise<void> {
  const names = Object.keys(logs);
  const asked: { readonly name: string; readonly path: string }[] = [];
  for (let i = 0; i < count; i++) {
    for (const kind of kinds) {
      for (let turn = 0; turn < names.length; turn++) {
        const name = names[(i + turn) % names.length] as string;
        const read = logs[name];
        if (read !== undefined) asked.push({ name, path: read(kind).path });
      }
    }
  }
  const times = await reader.read(asked.map(({ path }) => path));
  for (const [i, { name }] of asked.entries()) took(name, times[i] as number);
}
