// `npm run mutants [-- N …]`: plants each deliberate fault in a copy of the sources, and shows that the
// test which must notice it fails. Exit code 1 when a fault passes. A few minutes for all of them.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Detector, MUTANTS, type Mutant } from './mutants.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** How long a test may take: a fault may make it hang, which is noticed too. */
const TEST_MS = 300_000;

function commandOf(detector: Detector): readonly string[] {
  if ('seeds' in detector) {
    return ['tsx', 'test/simulation/run.ts', '--seed', '1', '--seeds', String(detector.seeds)];
  }
  return ['vitest', 'run', '--project', detector.project, detector.file];
}

/** Whether the test fails in the folder. */
function fails(folder: string, detector: Detector): boolean {
  const [program, ...args] = commandOf(detector) as [string, ...string[]];
  const found = spawnSync(join(folder, 'node_modules/.bin', program), args, {
    cwd: folder,
    stdio: 'ignore',
    timeout: TEST_MS,
  });
  return found.status !== 0;
}

function isNoticed(folder: string, { file, from, to, noticedBy }: Mutant): boolean {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${file} has not one: ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  try {
    return fails(folder, noticedBy);
  } finally {
    writeFileSync(path, text);
  }
}

const wanted = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'bpfledger-mutants-'));
let passed = 0;
try {
  // What git knows, as it is now; tests read more than the sources.
  const files = execFileSync('git', ['ls-files', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  for (const file of files.split('\0').filter((name) => name !== ''))
    cpSync(join(ROOT, file), join(folder, file));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [i, mutant] of MUTANTS.entries()) {
    if (wanted.length > 0 && !wanted.includes(i + 1)) continue;
    const noticed = isNoticed(folder, mutant);
    if (!noticed) passed++;
    const test = commandOf(mutant.noticedBy).slice(1).join(' ');
    console.log(
      `${String(i + 1).padStart(2)}  ${noticed ? 'noticed' : 'NOT NOTICED'}  ${mutant.fault}  (${test})`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(passed === 0 ? 'every fault is noticed' : `${passed} faults are not noticed`);
process.exitCode = passed === 0 ? 0 : 1;
