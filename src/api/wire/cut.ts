/** Where a log is cut, on the wire. */
import { z } from 'zod';
import type { Cut } from '../../events/cuts.ts';
import { hexOf } from '../../events/encoding/hex.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { position } from './event.ts';
import { timestamp } from './timestamp.ts';

export const cutLog = z
  .strictObject({
    position: position.describe('The oldest position that is kept.'),
    hash: z.string().describe('The value of the chain there.'),
    cut_at: timestamp,
    actor: z.string().describe('Who cut it, as the command told: a user of the machine.'),
    database_user: z.string().describe('The user of the database, as the server told.'),
    reason: z.string().describe('Why, in words; may be empty.'),
  })
  .meta({
    id: 'Cut',
    description: 'The owner of the tables removed the events before a position.',
  });

export function cutOnWire({ position: at, hash, cut_at, actor, database_user, reason }: Cut) {
  return {
    ...{ position: at, hash: hexOf(hash), cut_at: rfc3339(cut_at) },
    ...{ actor, database_user, reason },
  };
}
