// `npm run mutants [-- N …]`: plants each deliberate fault in a copy of the sources, and shows that the
// test which must notice it fails, and passes without the fault. Exit code 1 when a fault passes. Ten
// minutes or more for all of them.

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endsOnSignals } from '../support/ends-on-signals.ts';
import { runSeeds, runTests, type Verdict } from './detectors.ts';
import { MUTANTS, type Mutant, type NamedTest } from './mutants.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Detector {
  readonly name: string;
  readonly run: () => Verdict;
}

const nameOf = ({ file, title }: NamedTest) => `${file}: ${title}`;
const nameOfSeeds = (seeds: number) => `${seeds} seeds from 1`;

/** Who must notice a mutant in the folder. */
function detectorsOf(folder: string, { noticedBy, seeds, hangs }: Mutant): readonly Detector[] {
  const run = () => runTests(folder, [noticedBy], hangs)[0] as Verdict;
  const test = { name: nameOf(noticedBy), run };
  if (seeds === undefined) return [test];
  return [test, { name: nameOfSeeds(seeds), run: () => runSeeds(folder, seeds) }];
}

/** What each detector says where there is no fault, by its name. */
function controlsOf(folder: string, mutants: readonly Mutant[]): Map<string, Verdict> {
  const controls = new Map<string, Verdict>();
  const tests = new Map(mutants.map(({ noticedBy }) => [nameOf(noticedBy), noticedBy]));
  for (const project of ['unit', 'full'] as const) {
    const some = [...tests.values()].filter((test) => test.project === project);
    const verdicts = some.length > 0 ? runTests(folder, some) : [];
    for (const [i, verdict] of verdicts.entries()) {
      controls.set(nameOf(some[i] as NamedTest), verdict);
    }
  }
  for (const seeds of new Set(mutants.flatMap(({ seeds = [] }) => seeds))) {
    controls.set(nameOfSeeds(seeds), runSeeds(folder, seeds));
  }
  return controls;
}

/** Does something with the fault in place. Nothing is built anew: the file keeps its time. */
function withFault<T>(folder: string, { file, from, to }: Mutant, work: () => T): T {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const { atime, mtime } = statSync(path);
  if (text.split(from).length !== 2) throw new Error(`${file} has not one: ${from}`);
  const write = (content: string) => {
    writeFileSync(path, content);
    utimesSync(path, atime, mtime);
  };
  write(text.replace(from, () => to));
  try {
    return work();
  } finally {
    write(text);
  }
}

/** A copy of what git knows, as it is now; tests read more than the sources. */
function copySources(folder: string): void {
  const files = execFileSync('git', ['ls-files', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  for (const file of files.split('\0').filter((name) => name !== ''))
    cpSync(join(ROOT, file), join(folder, file));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

function sentenceOf(verdict: Verdict): string {
  if (verdict.came === 'noticed') return `noticed by ${verdict.by}`;
  return verdict.came === 'passed' ? 'NOT NOTICED' : `UNCLEAR: ${verdict.why}`;
}

endsOnSignals();
const wanted = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'bpfledger-mutants-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
copySources(folder);

const chosen = MUTANTS.map((mutant, i) => ({ mutant, number: i + 1 })).filter(
  ({ number }) => wanted.length === 0 || wanted.includes(number),
);
const controls = controlsOf(
  folder,
  chosen.map(({ mutant }) => mutant),
);
const sound = [...controls.values()].filter(({ came }) => came === 'passed').length;
console.log(`without a fault, ${sound} of ${controls.size} tests pass`);
for (const [name, control] of controls) {
  if (control.came !== 'passed') console.log(`      ${name}\n        ${sentenceOf(control)}`);
}
let noticed = 0;
for (const { mutant, number } of chosen) {
  console.log(`${String(number).padStart(2)}  ${mutant.fault}`);
  let isNoticed = true;
  for (const { name, run } of detectorsOf(folder, mutant)) {
    const control = controls.get(name) as Verdict;
    const verdict = control.came === 'passed' ? withFault(folder, mutant, run) : undefined;
    if (verdict?.came !== 'noticed') isNoticed = false;
    const said = verdict ? sentenceOf(verdict) : `WITHOUT THE FAULT: ${sentenceOf(control)}`;
    console.log(`      ${name}\n        ${said.slice(0, 400)}`);
  }
  if (isNoticed) noticed++;
}
console.log(`${noticed} of ${chosen.length} faults are noticed`);
process.exitCode = noticed === chosen.length ? 0 : 1;
