/** How a log was imported, on the wire. */
import { z } from 'zod';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { ImportedLog } from '../../events/reading/imports.ts';
import { position } from './event.ts';
import { timestamp } from './timestamp.ts';

export const importedLog = z
  .strictObject({
    position_from: position,
    position_to: position,
    imported_at: timestamp,
    actor: z.string(),
    /** What the host was called where it was exported. */
    exported_as: z.string(),
    /** Ids of the keys that signed its checkpoints there. */
    keys: z.array(z.string()),
  })
  .meta({
    id: 'ImportedLog',
    description: 'Which events of the log were recorded elsewhere, and how they came here.',
  });

/** An import, as the API answers it. */
export function importedLogOnWire(log: ImportedLog): z.output<typeof importedLog> {
  const { position_to, imported_at, actor, exported_as, key_ids } = log;
  return {
    position_from: 1,
    position_to,
    imported_at: rfc3339(imported_at),
    actor,
    exported_as,
    keys: key_ids.split(' ').filter((id) => id !== ''),
  };
}
