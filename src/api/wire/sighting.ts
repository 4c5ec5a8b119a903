/** Sightings and the times of what was not seen, on the wire: as in the log, with times as text. */
import { z } from 'zod';
import type { Lost } from '../../domain/observed/sighting.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { Observed } from '../../events/event.ts';
import { recordedFound, recordedGone } from '../../events/schema/sightings.ts';
import { timestamp } from './timestamp.ts';

const wireLost = z
  .strictObject({
    name: z.literal('lost'),
    events: z.int().exactOptional(),
    from: timestamp.exactOptional(),
    to: timestamp.exactOptional(),
    cause: z.string().exactOptional(),
  })
  .meta({ id: 'Lost', description: 'A hole in the record, as far as the recorder knows it.' });

export const wireSighting = z.union([recordedFound, recordedGone, wireLost]).meta({
  id: 'Sighting',
  description: 'What a recorder knows that no call tells (docs/observations.md).',
});

/** A hole as the API tells it. */
export function lostOnWire({ from, to, ...lost }: Lost): z.output<typeof wireLost> {
  return {
    ...lost,
    ...(from !== undefined && { from: rfc3339(from) }),
    ...(to !== undefined && { to: rfc3339(to) }),
  };
}

export const wireBetween = z.strictObject({ from: timestamp.exactOptional(), to: timestamp });

/** When something must have happened, as the API tells it. */
export function betweenOnWire({
  from,
  to,
}: NonNullable<Observed['between']>): z.output<typeof wireBetween> {
  return { ...(from !== undefined && { from: rfc3339(from) }), to: rfc3339(to) };
}
