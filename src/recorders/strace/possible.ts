/** Whether deeds are such as a kernel can show: a recording that was spoiled may say anything. */
import { changeFault } from '../../events/schema/change-fault.ts';
import type { Deed } from './deed.ts';
import { Malformed } from './value.ts';

/** Process ids that a kernel gives out (`PID_MAX_LIMIT`). */
const PID_MAX = 4_194_304;

/**
 * Refuses deeds with numbers or names that no event holds, before anything is made of them.
 *
 * @returns the deeds
 * @throws Malformed that names the field
 */
export function requirePossible(deeds: readonly Deed[]): readonly Deed[] {
  for (const deed of deeds) {
    const fault = faultOf(deed);
    if (fault !== undefined) throw new Malformed(fault);
  }
  return deeds;
}

function faultOf({ process: { pid }, tid, what, outcome }: Deed): string | undefined {
  const isProcess = (id: number) => id >= 1 && id <= PID_MAX;
  if (!isProcess(pid) || !isProcess(tid)) return `a process id is not from 1 to ${PID_MAX}`;
  if ('send' in what) return undefined;
  const call = 'call' in what ? what.call : what.sighting;
  const ret = 'ret' in outcome ? outcome.ret : 0;
  return changeFault({ position: 1, pid, call, outcome: { ret }, effects: [] });
}
