/** A time in a request. */
import { z } from 'zod';
import { microsOf, timeFault } from '../events/encoding/rfc3339.ts';

/** A time in a request; the output is in microseconds since the epoch. */
export const time = z
  .string()
  .transform((text, context) => {
    const micros = microsOf(text);
    if (micros !== undefined && micros >= 0) return micros;
    const message = timeFault(text) ?? 'must be an RFC 3339 time since 1970';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ id: 'Time', description: 'An RFC 3339 time.', type: 'string', format: 'date-time' });
