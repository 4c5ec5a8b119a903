/** Which hosts a question about all of them reaches: those that the token may see, and of these those that are asked for. */
import { z } from 'zod';
import { hostIdsLike } from '../../events/hosts.ts';
import type { Principal } from '../guard/tokens.ts';
import type { Service } from '../service.ts';

/** Patterns in one parameter. */
const PATTERNS_MAX = 20;
const PATTERN = /^[a-z0-9.*_-]{1,64}$/;

export const hostsQuery = {
  host: z
    .string()
    .transform((text, context): readonly string[] => {
      const patterns = text.split(',');
      if (patterns.length <= PATTERNS_MAX && patterns.every((one) => PATTERN.test(one))) {
        return patterns;
      }
      const message = `must be 1…${PATTERNS_MAX} names of hosts with commas between, * for any part`;
      context.addIssue({ code: 'custom', message, params: { limit: PATTERNS_MAX } });
      return z.NEVER;
    })
    .optional()
    .meta({
      type: 'string',
      description: 'Only hosts of these names, `*` for any part: `web-*,db1`. Default: all.',
    }),
};

/** Ids of the hosts that an answer is about; undefined where all are. */
export async function wantedHosts(
  { database }: Service,
  { allHosts, hosts }: Principal,
  wanted: readonly string[] | undefined,
): Promise<number[] | undefined> {
  return allHosts && wanted === undefined ? undefined : hostIdsLike(database, hosts, wanted);
}
