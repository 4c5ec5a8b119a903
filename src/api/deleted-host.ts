/**
 * A host that is deleted while it is read: what a request finds half of looks damaged, or like a fault of
 * the service. When the host is gone, that is the answer.
 */
import { missing } from '../events/log-refusal.ts';
import type { Service } from './service.ts';

const PATH = /^\/v1\/hosts\/([^/]+)/;

/** The error to tell of: that the host of a path was deleted, or else the one that came up. */
export async function explainDeletion(
  { log }: Pick<Service, 'log'>,
  path: string,
  error: unknown,
): Promise<unknown> {
  const host = PATH.exec(path)?.[1];
  if (host === undefined) return error;
  const found = await log.head(host).catch((refusal: unknown) => refusal);
  return missing(found)?.deletion === undefined ? error : found;
}
