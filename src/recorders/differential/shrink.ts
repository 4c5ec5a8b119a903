/**
 * Makes a failing program small: leaves out runs of steps, the longest first, as long as the rest
 * still fails. Labels keep their meaning when steps go, so what is left is a program too.
 */
import type { ScenarioProgram } from '../golden/record.ts';
import type { Step } from '../golden/scenario.ts';

/** Programs that are tried at most. */
const TRIES_MAX = 2000;

/**
 * The smallest program found that still fails.
 *
 * @param fails whether a program fails; a program that makes no sense is one that does not
 */
export async function shrink(
  program: ScenarioProgram,
  fails: (candidate: ScenarioProgram) => Promise<boolean>,
): Promise<ScenarioProgram> {
  let steps: readonly Step[] = program.steps;
  let tries = 0;
  for (let run = Math.ceil(steps.length / 2); run >= 1; run = run === 1 ? 0 : Math.ceil(run / 2)) {
    let shrunk = true;
    // A step may become needless once another has gone, so single steps are tried until all stay.
    while (shrunk) {
      shrunk = false;
      for (let at = steps.length - run; at > -run && tries < TRIES_MAX; at -= run) {
        const from = Math.max(at, 0);
        const rest = [...steps.slice(0, from), ...steps.slice(at + run)];
        tries++;
        if (rest.length === steps.length || !(await fails({ ...program, steps: rest }))) continue;
        steps = rest;
        shrunk = run === 1;
      }
    }
  }
  return { ...program, steps };
}
