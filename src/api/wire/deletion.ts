/** Deleted hosts on the wire. */
import { z } from 'zod';
import { hexOf } from '../../events/encoding/hex.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { HostDeletion } from '../../events/host-deletions.ts';
import { counted } from './reads.ts';
import { timestamp } from './timestamp.ts';

export const deletionRow = z
  .strictObject({
    host: z.string().describe('The name that it had. Another host may have it by now.'),
    log_id: z.uuid().exactOptional().describe('The id of its log, which no other has.'),
    origin: z.string().exactOptional().describe('Of a branch: the name of its origin.'),
    position: z.int().describe('Of its last event.'),
    events: z.int().describe('Events that were removed; of a branch, those after the fork.'),
    hash: z.string().describe("The chain's value at its end, hexadecimal."),
    recorded_from: timestamp
      .exactOptional()
      .describe('When the first event that was removed was recorded.'),
    recorded_to: timestamp.describe('When its last event was recorded.'),
    checkpoint: z
      .string()
      .exactOptional()
      .describe('Its last checkpoint, as a signed note (C2SP).'),
    actor: z.string().describe('The user who deleted it, on the machine of the command.'),
    database_user: z.string().describe('The user of the database who deleted it.'),
    deleted_at: timestamp,
    reason: z.string().describe('Why, as it was told; may be empty.'),
  })
  .meta({ id: 'HostDeletion' });

export const deletionPage = z
  .strictObject({
    items: z.array(deletionRow),
    count: counted,
    next: z.string().exactOptional(),
  })
  .meta({ id: 'HostDeletionPage' });

/** A deletion as the API shows it. */
export function deletionOnWire(deletion: HostDeletion): z.input<typeof deletionRow> {
  const { name, log_id, origin, position, events, hash, recorded_from, checkpoint } = deletion;
  const { actor, database_user, reason } = deletion;
  return {
    host: name,
    ...(log_id !== null && { log_id }),
    ...(origin !== null && { origin }),
    ...{ position, events, hash: hexOf(hash) },
    ...(recorded_from !== null && { recorded_from: rfc3339(recorded_from) }),
    recorded_to: rfc3339(deletion.recorded_to),
    ...(checkpoint !== null && { checkpoint }),
    ...{ actor, database_user, deleted_at: rfc3339(deletion.deleted_at), reason },
  };
}
