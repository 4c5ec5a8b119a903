/** Blamed slots on the wire. */
import { z } from 'zod';
import type { BlamedSlot } from '../../time-travel/blame/blame.ts';
import { eventRefOnWire, wireEventRef } from './event-ref.ts';
import { slotFields } from './reads.ts';

const n = z.int();

/** Who keeps a link alive. */
export const linkHolders = z
  .strictObject({
    fds: z.array(z.strictObject({ pid: n, comm: z.string(), fd: n })),
    in_flight_to: z.array(n),
    pins: z.array(z.string()),
  })
  .meta({ id: 'LinkHolders', description: 'Who keeps a link alive: fds, copies in flight, pins.' });

export const blamedSlot = z
  .strictObject({
    ...slotFields,
    prog_name: z.string(),
    loaded_by: wireEventRef,
    put_by: wireEventRef,
    updated_by: wireEventRef.exactOptional(),
    held_by: linkHolders.exactOptional(),
  })
  .meta({
    id: 'BlamedSlot',
    description:
      'One place of an effective array: who loaded the program, who put it there (`put_by`), who ' +
      'last gave the link its program (`updated_by`), and who keeps the link alive (`held_by`).',
  });

/** A blamed slot, as the API answers it. */
export function blamedSlotOnWire(slot: BlamedSlot) {
  const { loaded_by, put_by, updated_by } = slot;
  return {
    ...slot,
    loaded_by: eventRefOnWire(loaded_by),
    put_by: eventRefOnWire(put_by),
    ...(updated_by && { updated_by: eventRefOnWire(updated_by) }),
  };
}
