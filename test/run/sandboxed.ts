// `npm run sandboxed -- [--programs 2000] [--seed S] [--side run|kernel] [--progress FILE]`: the long
// form of differential.test.ts. It works in pieces, writes down each that is done, and the next call
// goes on behind the last one. At the end it tells the kinds of differences.

import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { release as unameRelease } from 'node:os';
import { parseArgs } from 'node:util';
import { releaseOf } from '../../src/domain/release/release.ts';
import { bpfledger, COMMAND, type Finished } from '../support/command.ts';
import { needs } from '../support/needs.ts';
import { fuzzing, PRESETS } from './programs.ts';
import { running } from './unprivileged.ts';

const SIDES = ['run', 'kernel'] as const;
type Side = (typeof SIDES)[number];

/** A piece that is done, as a line of the progress file. */
interface Piece {
  readonly side: Side;
  readonly seed: number;
  readonly programs: number;
  readonly steps: number;
  readonly seconds: number;
  /** What was answered otherwise than by the model. */
  readonly kinds: readonly string[];
}

/** Each preset once: who stops it loses little. */
const PROGRAMS_OF_PIECE = PRESETS.length;

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    side: { type: 'string' },
    progress: { type: 'string', default: 'sandboxed.log' },
  },
});
const here = releaseOf(unameRelease())?.id ?? '6.18';
const wanted = Number(values.programs);
const first = Number(values.seed);
const out = `${values.progress}-differing.log`;
mkdirSync(out, { recursive: true });
// A run has no rights.
chmodSync(out, 0o777);

for (const side of SIDES.filter((name) => name === (values.side ?? name))) {
  if (!needs(side === 'run' ? 'listener' : 'kernel').ok) continue;
  for (let done = 0; done < wanted; done += PROGRAMS_OF_PIECE) {
    const programs = Math.min(PROGRAMS_OF_PIECE, wanted - done);
    const piece = { side, seed: first + done, programs };
    if (!pieces().some((other) => isWithin(piece, other))) await makePiece(piece);
  }
}
tell();

/** Whether the programs of a piece are among those of another. */
function isWithin(piece: Pick<Piece, 'side' | 'seed' | 'programs'>, other: typeof piece): boolean {
  const isBelow = piece.seed + piece.programs <= other.seed + other.programs;
  return piece.side === other.side && piece.seed >= other.seed && isBelow;
}

function pieces(): readonly Piece[] {
  if (!existsSync(values.progress)) return [];
  const lines = readFileSync(values.progress, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Piece);
}

async function makePiece({ side, seed, programs }: Pick<Piece, 'side' | 'seed' | 'programs'>) {
  const begin = performance.now();
  const words = [...fuzzing({ seed, programs, release: here, out }), '--json'];
  const finished = await (side === 'kernel' ? bpfledger(words) : underRun(words));
  const lines = finished.out.trim().split('\n').map(parse);
  const sums = lines.pop();
  if (typeof sums?.steps !== 'number') {
    throw new Error(`seed ${seed} did not end: ${finished.code}\n${finished.out}${finished.err}`);
  }
  const seconds = Math.round((performance.now() - begin) / 1000);
  const kinds = lines.map((line) => kindOf(line));
  const piece: Piece = { side, seed, programs, steps: sums.steps, seconds, kinds };
  appendFileSync(values.progress, `${JSON.stringify(piece)}\n`);
  console.log(
    `${side} from seed ${seed}: ${programs} programs in ${seconds} s, ${kinds.length} differ`,
  );
}

function underRun(words: readonly string[]): Promise<Finished> {
  return running('--release', here, '--quiet', '--', ...COMMAND, ...words);
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Which call differs, in what, and its rule; with the file that repeats it. */
function kindOf(line: Readonly<Record<string, unknown>> | undefined): string {
  const { file = '', step = 0, what, rule, expected, got } = line ?? {};
  const recorded = readFileSync(String(file), 'utf8').split('\n')[Number(step) + 1];
  const { step: call } = JSON.parse(recorded ?? '{}') as {
    readonly step?: { readonly op: string };
  };
  const short = (value: unknown) => JSON.stringify(value)?.slice(0, 200);
  return `${call?.op} in ${what}${rule === undefined ? '' : ` (${rule})`}: ${short(expected)}, not ${short(got)} [${file}]`;
}

function tell(): void {
  for (const side of SIDES) {
    const own = pieces().filter((piece) => piece.side === side);
    if (own.length === 0) continue;
    const sum = (of: (piece: Piece) => number) => own.reduce((all, piece) => all + of(piece), 0);
    const count = sum(({ kinds }) => kinds.length);
    console.log(
      `${side}: ${sum(({ programs }) => programs)} programs, ${sum(({ steps }) => steps)} steps ` +
        `in ${sum(({ seconds }) => seconds)} s, ${count} programs differ`,
    );
    for (const kind of own.flatMap(({ kinds }) => kinds)) console.log(`  ${kind}`);
    if (count > 0) process.exitCode = 1;
  }
}
