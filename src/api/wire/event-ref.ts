/** Events in short on the wire. */
import { z } from 'zod';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { EventRef } from '../../time-travel/wording/event-ref.ts';
import { position } from './event.ts';
import { timestamp } from './timestamp.ts';

export const wireEventRef = z
  .strictObject({
    position,
    at: timestamp,
    boot: z.int().min(1),
    actor: z.string(),
    pid: z.int(),
    comm: z.string(),
    call: z.string(),
  })
  .meta({ id: 'EventRef', description: 'An event in short; …/events/{position} has all of it.' });

/** A short event, as the API answers it. */
export function eventRefOnWire(ref: EventRef): z.output<typeof wireEventRef> {
  return { ...ref, at: rfc3339(ref.at) };
}
