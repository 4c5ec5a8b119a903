/** What a recorder knows of fds: a map from fd numbers, bounded. */
import { z } from 'zod';
import type { FdFact } from '../../domain/observed/observation.ts';
import { u64 } from '../../events/schema/numbers.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { path } from '../../events/schema/text.ts';

/** Fds that one observation may tell of: more than any call names. */
const FDS_MAX = 100;
const FD_MAX = 2 ** 31 - 1;

const fact = strictObject({
  kind: z.enum(['prog', 'link', 'map', 'cgroup', 'bpffs', 'other']),
  id: u64.min(1).exactOptional(),
  path: path.exactOptional(),
});

const FD = /^(?:0|[1-9]\d{0,9})$/;

export const fdFacts: z.ZodType<Readonly<Record<number, FdFact>>> = z
  .record(z.string(), fact)
  .superRefine((facts, context) => {
    const fds = Object.keys(facts);
    if (fds.length > FDS_MAX) {
      const message = `has ${fds.length} fds, more than ${FDS_MAX}`;
      context.addIssue({ code: 'custom', message, params: { limit: FDS_MAX } });
    }
    const bad = fds.find((fd) => !FD.test(fd) || Number(fd) > FD_MAX);
    if (bad === undefined) return;
    const path = [bad.slice(0, 60)];
    context.addIssue({ code: 'custom', path, message: `is not an fd number from 0 to ${FD_MAX}` });
  });
