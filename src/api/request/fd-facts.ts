/** What a recorder knows of fds: a map from fd numbers, bounded. */
import { z } from 'zod';
import type { FdFact } from '../../domain/observed/observation.ts';
import { u64 } from '../../events/schema/numbers.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { path } from '../../events/schema/text.ts';

/** Fds that one observation may tell of: more than any call names. */
const FDS_MAX = 100;

const fact = strictObject({
  kind: z.enum(['prog', 'link', 'map', 'cgroup', 'bpffs', 'other']),
  id: u64.min(1).exactOptional(),
  path: path.exactOptional(),
});

const number = z.string().regex(/^(?:0|[1-9]\d{0,9})$/, 'must be an fd number');

export const fdFacts: z.ZodType<Readonly<Record<number, FdFact>>> = z
  .record(number, fact)
  .refine((facts) => Object.keys(facts).length <= FDS_MAX, {
    error: `tells of more than ${FDS_MAX} fds`,
    params: { limit: FDS_MAX },
  });
