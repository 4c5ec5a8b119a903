/** A blamed array as text: slot by slot, with the events behind each. */
import { countText } from '../../domain/count-text.ts';
import { doneText, entryText } from '../wording/words.ts';
import type { BlamedSlot, LinkHolders } from './blame.ts';

export interface BlamedArray {
  readonly position: number;
  readonly path: string;
  readonly attach_type: string | number;
  readonly slots: readonly BlamedSlot[];
}

/** The lines of a blamed array. */
export function blameText({ position, path, attach_type, slots }: BlamedArray): string[] {
  const head = `${path} for ${attach_type} at position ${position}: `;
  if (slots.length === 0) return [`${head}nothing runs`];
  const order = countText(slots.length, 'program runs', 'programs run, in this order');
  return [head + order, ...slots.flatMap(slotLines)];
}

function slotLines(slot: BlamedSlot, place: number): string[] {
  const { prog_name, put_by, updated_by, loaded_by, held_by } = slot;
  const from = slot.cgroup_id === undefined ? ' (written by a kernel bug)' : '';
  return [
    `${place}  ${entryText(slot, prog_name)}${slot.preorder ? ', preorder' : ''}${from}`,
    `   ${doneText('attached', put_by)}`,
    ...(updated_by ? [`   link ${doneText('updated', updated_by)}`] : []),
    `   program ${doneText('loaded', loaded_by)}`,
    ...(held_by ? [`   link held by ${holdersText(held_by)}`] : []),
  ];
}

/** Who keeps a link alive, in words. */
function holdersText({ fds, in_flight_to, pins }: LinkHolders): string {
  const all = [
    ...fds.map(({ comm, pid, fd }) => `fd ${fd} of ${comm}[${pid}]`),
    ...in_flight_to.map((pid) => `a copy in flight to process ${pid}`),
    ...pins.map((path) => `pin ${path}`),
  ];
  return all.join(', ') || 'nobody';
}
