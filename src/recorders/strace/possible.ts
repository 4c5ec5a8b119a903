/** Whether a deed is one that a kernel can show: a recording that was spoiled may say anything. */
import { changeSchema } from '../../events/schema/event-schema.ts';
import { faultFinder } from '../../events/schema/fault-finder.ts';
import type { Deed } from './deed.ts';
import { Malformed } from './value.ts';

const changeFault = faultFinder(changeSchema);

/** Process ids that a kernel gives out (`PID_MAX_LIMIT`). */
const PID_MAX = 4_194_304;

/**
 * Refuses a deed with numbers or names that no event holds, before anything is made of it.
 *
 * @throws Malformed that names the field
 */
export function requirePossible({ process: { pid }, tid, what, outcome }: Deed): void {
  for (const id of [pid, tid]) {
    if (id < 1 || id > PID_MAX) throw new Malformed(`a process id is not from 1 to ${PID_MAX}`);
  }
  if ('send' in what) return;
  const call = 'call' in what ? what.call : what.sighting;
  const ret = 'ret' in outcome ? outcome.ret : 0;
  const query = 'call' in what ? what.query : undefined;
  if (query?.prog_ids.includes(0) === true) throw new Malformed('outcome.query.prog_ids has a 0');
  const told = { ret, ...(query !== undefined && { query }) };
  const fault = changeFault({ position: 1, pid, call, outcome: told, effects: [] });
  if (fault !== undefined) throw new Malformed(fault);
}
