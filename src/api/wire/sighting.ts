/** Sightings and the times of what was not seen, on the wire: as in the log, with times as text. */
import { z } from 'zod';
import type { Lost } from '../../domain/observed/sighting.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { Observed } from '../../events/event.ts';
import { recordedFound, recordedGone } from '../../events/schema/sightings.ts';
import type { Hole } from '../../time-travel/holes/holes.ts';
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
  description: 'What a recorder knows that no call shows (docs/observations.md).',
});

/** A hole as the API tells it. */
export function lostSightingOnWire({ from, to, ...lost }: Lost): z.output<typeof wireLost> {
  return {
    ...lost,
    ...(from !== undefined && { from: rfc3339(from) }),
    ...(to !== undefined && { to: rfc3339(to) }),
  };
}

const { name: _name, ...holeFields } = wireLost.shape;

/** A hole in the record of what was asked about. */
export const wireHole = z
  .strictObject({ position: z.int().min(1), at: timestamp, ...holeFields })
  .meta({ id: 'Hole', description: 'Where a recorder lost events: more may have happened there.' });

/** A hole as an answer tells of it. */
export function holeOnWire({ position, at, ...lost }: Hole): z.output<typeof wireHole> {
  const { name: _, ...told } = lostSightingOnWire({ name: 'lost', ...lost });
  return { position, at: rfc3339(at), ...told };
}

export const wireBetween = z.strictObject({ from: timestamp.exactOptional(), to: timestamp });

/** When something must have happened, as the API tells it. */
export function betweenOnWire({
  from,
  to,
}: NonNullable<Observed['between']>): z.output<typeof wireBetween> {
  return { ...(from !== undefined && { from: rfc3339(from) }), to: rfc3339(to) };
}
