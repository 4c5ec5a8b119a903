/** Times on the wire. */
import { z } from 'zod';

export const timestamp = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/)
  .meta({ id: 'Timestamp', description: 'RFC 3339, UTC, microseconds.' });
