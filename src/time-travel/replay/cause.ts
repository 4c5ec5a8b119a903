/**
 * Why another release answers a recorded call differently. The call is also decided on the recorded
 * state: where that gives the recorded answer, the call only meets what an earlier one left behind.
 * Otherwise the switches that the releases differ in are turned one by one, until it is known which
 * of them make the difference.
 */
import type { Kernel } from '../../domain/kernel.ts';
import { differences } from '../../domain/release/describe.ts';
import { type Release, releaseOf } from '../../domain/release/release.ts';
import type { Switches, SwitchName } from '../../domain/release/switches.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { answerTo, sameAnswer } from './answer.ts';

export interface CausingSwitch {
  readonly name: SwitchName;
  /** What changes from one release to the other, and how that is known. */
  readonly sentence: string;
  /** A defect of some kernels rather than a rule. */
  readonly bug: boolean;
}

export interface Cause {
  /**
   * `release`: the rules answer differently on the recorded state. `earlier`: they answer the same
   * there; the state is another one since an earlier difference.
   */
  readonly because: 'release' | 'earlier';
  /** For `release`: what the releases differ in that makes this difference. */
  readonly switches: readonly CausingSwitch[];
}

/**
 * The cause of a difference.
 *
 * @param recorded the recorded state before the event
 * @param other the other release, and the switches that the replay has under it
 */
export function causeOf(
  recorded: Kernel,
  event: LedgerEvent,
  { release, switches: others }: { readonly release: Release; readonly switches: Switches },
): Cause {
  const { boot } = recorded;
  if (answersAsRecorded(recorded, event, others)) return { because: 'earlier', switches: [] };
  const from = releaseOf(boot.release);
  if (from === undefined) throw new Error(`unknown release ${boot.release}`);
  const candidates = differences(from, release).filter(
    ({ name }) => recorded.switches[name] !== others[name],
  );
  const causing = candidates.filter(({ name }) => makesDifference(recorded, event, others, name));
  const switches = causing.map(({ name, sentence, bug }) => ({ name, sentence, bug }));
  return { because: 'release', switches };
}

/** Whether one switch alone changes the recorded answer, or is needed for the other one. */
function makesDifference(
  recorded: Kernel,
  event: LedgerEvent,
  others: Switches,
  name: SwitchName,
): boolean {
  const alone = { ...recorded.switches, [name]: others[name] };
  const without = { ...others, [name]: recorded.switches[name] };
  return !answersAsRecorded(recorded, event, alone) || answersAsRecorded(recorded, event, without);
}

function answersAsRecorded(kernel: Kernel, event: LedgerEvent, switches: Switches): boolean {
  return sameAnswer(event, answerTo({ ...kernel, switches }, event));
}
