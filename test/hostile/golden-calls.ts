// Calls as real kernels were asked, spoiled a little: a field left out, doubled, taken from elsewhere,
// of another type or size. What remains sensible goes deep into the model; the rest must be refused.

import { join } from 'node:path';
import type { Random } from '../../src/recorders/generator/random.ts';
import { callsOf } from '../../src/recorders/golden/calls-of.ts';
import { goldenFiles, readGolden } from '../../src/recorders/golden/files.ts';
import { parseScenarios } from '../../src/recorders/golden/scenario.ts';
import type { Sent } from './exchange.ts';

/** Calls that are kept to pick from. */
const CALLS_MAX = 20_000;
/** How often a field is spoiled: in most bodies never, or else nothing would be recorded. */
const SPOILED = [0, 0, 0.01, 0.05, 0.2];

const ODD: readonly unknown[] = [
  null,
  true,
  '',
  [],
  {},
  0,
  -1,
  1.5,
  255,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  '\0',
  '../..',
  '/',
  'x'.repeat(5000),
  '\u{1f980}',
  '\ud800',
  ['a', 'a'],
  { result_of: 0 },
  { result_of: -1 },
  '1e400',
];

export interface RecordedCall {
  readonly pid: number;
  readonly call: Readonly<Record<string, unknown>>;
}

/** Calls of the recordings of a release. */
export async function recordedCalls(release: string): Promise<RecordedCall[]> {
  const folder = join(import.meta.dirname, '../histories');
  const calls: RecordedCall[] = [];
  for (const path of await goldenFiles([join(folder, `${release}.jsonl.br`)])) {
    for (const scenario of parseScenarios(await readGolden(path), path)) {
      if (calls.length >= CALLS_MAX) return calls;
      const found = await callsOf(scenario).catch(() => undefined);
      for (const { pid, call } of found?.calls ?? []) {
        calls.push({ pid, call: { ...call } });
      }
    }
  }
  return calls;
}

/** Bodies of some calls that follow each other in the recordings, spoiled here and there. */
export class SpoiledCalls {
  readonly #calls: readonly RecordedCall[];
  readonly #random: Random;
  /** Goes on through the recordings, so that ids and paths are most often those of the state. */
  #at: number;

  constructor(calls: readonly RecordedCall[], random: Random) {
    this.#calls = calls;
    this.#random = random;
    this.#at = random.below(calls.length);
  }

  /** A request that posts some of them. */
  requestTo(host: string): [string, Sent] {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(this.#next());
    return [`/v1/hosts/${host}/syscalls`, { method: 'POST', headers, body }];
  }

  #next(): object[] {
    const random = this.#random;
    if (random.chance(0.05)) this.#at = random.below(this.#calls.length);
    const from = this.#at % this.#calls.length;
    const part = this.#calls.slice(from, from + 1 + random.below(12));
    this.#at = from + part.length;
    const often = random.pick(SPOILED);
    return part.map(({ pid, call }) => {
      const fields = Object.entries(call).map(([name, value]) => [name, this.#spoil(value, often)]);
      const kept = fields.filter(() => !random.chance(often / 4));
      if (random.chance(often))
        kept.push(random.pick(Object.entries(random.pick(this.#calls).call)));
      const isOf = random.chance(often) ? random.below(9) : pid;
      return { call: Object.fromEntries(kept), pid: isOf };
    });
  }

  #spoil(value: unknown, often: number): unknown {
    const random = this.#random;
    if (!random.chance(often)) {
      return Array.isArray(value) ? value.map((one) => this.#spoil(one, often)) : value;
    }
    if (typeof value === 'number') {
      return random.pick([value + 1, value - 1, -value, value * 256]);
    }
    if (typeof value === 'string' && random.chance(0.5)) {
      const at = random.below(value.length + 1);
      const other = random.pick(['/', '\0', '..', 'é', '']);
      return `${value.slice(0, at)}${other}${value.slice(at + 1)}`;
    }
    return random.pick(ODD);
  }
}
