/** Which hosts a question about all of them reaches: those that the token may see, and of these those that are asked for. */
import { z } from 'zod';
import { hostIdsLike } from '../../events/hosts.ts';
import type { Principal } from '../guard/tokens.ts';
import { invalid } from '../problem.ts';
import { severalOf } from '../routing.ts';
import type { Service } from '../service.ts';
import { time } from '../time.ts';

const pattern = z
  .string()
  .regex(/^[a-z0-9.*_-]{1,64}$/, 'must be the name of a host, `*` for any part')
  .meta({ id: 'HostPattern' });

export const hostsQuery = {
  host: severalOf(pattern, 'Only hosts of this name, `*` for any part.'),
};

/** Ids of the hosts that an answer is about; undefined where all are. */
export async function wantedHosts(
  { database }: Service,
  { allHosts, hosts }: Principal,
  wanted: readonly string[] | undefined,
): Promise<number[] | undefined> {
  return allHosts && wanted === undefined ? undefined : hostIdsLike(database, hosts, wanted);
}

/** The query of a question about a time of all hosts. */
export const timeQuery = {
  at: time.optional().describe('What was so at this time, on each host; default: now.'),
};

/** The text of a place in an order by numbers. */
export function tokenOfKey(key: readonly number[]): string {
  return key.join('.');
}

/** The numbers of such a text. Throws a problem for another text. */
export function keyOfToken(text: string, numbers: number): number[] {
  const key = text.split('.');
  if (key.length === numbers && key.every((one) => /^\d{1,16}$/.test(one))) return key.map(Number);
  throw invalid([{ field: 'next', message: 'must be the `next` of the page before' }]);
}
