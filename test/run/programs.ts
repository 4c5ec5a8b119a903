// Random programs of calls, which `bpfledger fuzz` makes as real system calls: under a run, whose model
// answers them, or on the kernel that runs here. Either way each answer is compared with the model's.

import type { PresetName } from '../../src/recorders/generator/preset.ts';

/** Those whose processes stay root: a run has no saved ids, by which one comes back to be root. */
export const PRESETS: readonly PresetName[] = [
  ...(['links', 'legacy-modes', 'pins', 'mprog', 'limits', 'fds', 'send', 'storage'] as const),
  ...(['fd-tables', 'holding', 'deep-trees', 'tries'] as const),
];
export const STEPS_OF_PROGRAM = 80;

/** The words of a command that makes some programs; each has the next seed and the next preset. */
export function fuzzing(of: {
  readonly seed: number;
  readonly programs: number;
  readonly release: string;
  /** A folder for those that are answered otherwise. */
  readonly out: string;
}): readonly string[] {
  const steps = of.programs * STEPS_OF_PROGRAM;
  return [
    ...['fuzz', '--steps', `${steps}`, '--seed', `${of.seed}`, '--release', of.release],
    ...['--preset', PRESETS.join(), '--out', of.out],
  ];
}
