/** `bpfledger fuzz`: random programs of calls, in the model and on the kernel that runs here. */

import { mkdir, writeFile } from 'node:fs/promises';
import { release as unameRelease } from 'node:os';
import { join } from 'node:path';
import { countText } from '../domain/count-text.ts';
import { type Release, releaseOf } from '../domain/release/release.ts';
import type { SwitchName } from '../domain/release/switches.ts';
import { openLiveMachine } from '../executor/live-machine.ts';
import { KernelBusy } from '../native/unavailable.ts';
import type { OpenMachine } from '../recorders/differential/divergence.ts';
import { type Divergence, fuzz as programs, type Skipped } from '../recorders/differential/fuzz.ts';
import { PRESET_NAMES, type PresetName } from '../recorders/generator/preset.ts';
import { goldenText } from '../recorders/golden/record.ts';
import { differing } from '../recorders/release-probe/measure.ts';
import { command, type Printer } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { measureRelease, sysctlHere } from './measured-kernel.ts';

/** The word for every preset. */
const ALL = 'all';
const STEPS_DEFAULT = 2000;
const STEPS_MAX = 100_000_000;
const PROGRESS_MS = 5000;

export const fuzz = command({
  usage: '[options]',
  about:
    'Generates random sequences of calls. Makes each one on the model and, as root, on the kernel\n' +
    'that runs here, in a cgroup and a bpffs of its own that it removes afterwards. Compares every\n' +
    'outcome and every list after each step. Shrinks a sequence that differs, and writes it as a\n' +
    'golden file with what the kernel answered. Skips a sequence for which the machine is too busy, and\n' +
    'says so. Where the kernel has a switch otherwise than its release (see releases probe), the model\n' +
    'takes the value that was measured. The last line is "N steps, M divergences". The exit code is 0\n' +
    'only when M is 0.',
  flags: {
    steps: { value: 'N', about: `calls to make, in sequences of 80 (${STEPS_DEFAULT})` },
    seed: { value: 'S', about: 'first seed; equal seeds give equal sequences (1)' },
    preset: { value: 'P,…', about: `kinds of sequences (all): ${PRESET_NAMES.join(', ')}` },
    release: { value: 'R', about: 'the release of the model, as it is; nothing is measured' },
    out: { value: 'DIR', about: 'where to write sequences that differ (.)' },
    json: { about: 'one JSON object a line: divergences, then the sums' },
  },
  example: 'sudo /opt/bpfledger/dist/cli/bpfledger.js fuzz --steps 20000 --seed 7',
  async run({ flags, print }) {
    const named = requireRelease(flags.release ?? unameRelease());
    const plan = {
      presets: presetsNamed(flags.preset),
      seed: count('seed', flags.seed ?? '1', 0),
      steps: count('steps', flags.steps ?? String(STEPS_DEFAULT), 1),
      sysctl: sysctlHere(),
    };
    // What was typed is looked at before the kernel is.
    const release = flags.release === undefined ? await measureHere(named, print) : named;
    const open: OpenMachine = (config) => openLiveMachine(config, 'when-asked');
    const stop = stopOnSignal();
    const isBusy = (error: unknown) => error instanceof KernelBusy;
    let sums = { programs: 0, steps: 0, skipped: 0, divergences: 0 };
    let told = performance.now();
    for await (const { found, busy, ...done } of programs(plan, { release, open, isBusy })) {
      sums = done;
      if (found !== undefined) await tell(found, flags, print);
      if (busy !== undefined) print.err(skippedLine(busy));
      if (performance.now() - told > PROGRESS_MS) {
        told = performance.now();
        print.err(
          `${done.steps} of ${countText(plan.steps, 'step')}, ${countText(done.divergences, 'divergence')}`,
        );
      }
      if (stop.asked) break;
    }
    const { steps, skipped, divergences } = sums;
    print.out(
      flags.json === true
        ? JSON.stringify({ ...sums, seed: plan.seed, release: release.id })
        : `${countText(steps, 'step')}, ${countText(divergences, 'divergence')}${describeSkipped(skipped)}`,
    );
    return divergences === 0 ? EXIT.done : EXIT.differs;
  },
});

/** What is said of a sequence that was not compared. */
export function skippedLine({ preset, seed, because }: Skipped): string {
  return `the machine was too busy for the sequence ${preset} ${seed}, which is skipped: ${because}`;
}

function describeSkipped(skipped: number): string {
  return skipped === 0 ? '' : `, ${countText(skipped, 'sequence')} skipped`;
}

/** The release of the kernel that runs here, with what this build has otherwise. */
async function measureHere(named: Release, print: Printer): Promise<Release> {
  const release = await measureRelease(named);
  for (const [name, value] of Object.entries(differing(release.switches, named.switches))) {
    const said = named.switches[name as SwitchName];
    print.err(`this kernel has ${name} = ${value}, where ${named.id} has ${said}`);
  }
  return release;
}

function requireRelease(name: string): Release {
  const release = releaseOf(name);
  if (release !== undefined) return release;
  throw new UsageError(`no kernel release ${name} is known; --release names the nearest`);
}

/**
 * The presets of a comma-separated list, of which `all` is each.
 *
 * @throws UsageError
 */
export function presetsNamed(names = ALL): readonly PresetName[] {
  const named = names.split(',');
  if (named.includes(ALL)) return PRESET_NAMES;
  return named.map((name) => {
    const known = PRESET_NAMES.find((preset) => preset === name);
    if (known !== undefined) return known;
    throw new UsageError(`there is no preset ${name} (there are all, ${PRESET_NAMES.join(', ')})`);
  });
}

function count(flag: string, text: string, least: number): number {
  const n = Number(text);
  if (Number.isInteger(n) && n >= least && n <= STEPS_MAX) return n;
  throw new UsageError(`--${flag} ${text} is not a whole number from ${least} to ${STEPS_MAX}`);
}

/** An interrupt ends the run after the program at hand, so that its scratch place is removed. */
function stopOnSignal(): { readonly asked: boolean } {
  const stop = { asked: false };
  const ask = () => {
    stop.asked = true;
  };
  process.once('SIGINT', ask);
  process.once('SIGTERM', ask);
  return stop;
}

async function tell(
  { preset, seed, mismatch, scenario }: Divergence,
  flags: { readonly out?: string | undefined; readonly json?: true | undefined },
  print: Printer,
): Promise<void> {
  const folder = flags.out ?? '.';
  await mkdir(folder, { recursive: true });
  const file = join(folder, `fuzz-${preset}-${seed}.jsonl`);
  await writeFile(file, goldenText(scenario));
  const { step, what, expected, got, rule } = mismatch;
  if (flags.json === true) {
    print.out(JSON.stringify({ file, preset, seed, step, what, expected, got, rule }));
    return;
  }
  print.out(
    `${file}: ${countText(scenario.steps.length, 'step')}, differs at step ${step} in ${what}`,
  );
  print.out(`  step     ${JSON.stringify(scenario.steps[step]?.step)}`);
  print.out(`  model    ${JSON.stringify(expected)}`);
  print.out(`  kernel   ${JSON.stringify(got)}`);
}
