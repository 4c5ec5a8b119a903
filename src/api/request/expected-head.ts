/** The head that a write expects, and the answer to one that expects another. */
import { markOf } from '../../events/encoding/mark.ts';
import type { Log } from '../../events/log.ts';
import { LogRefusal } from '../../events/log-refusal.ts';
import { ProblemError } from '../problem.ts';
import { problemFrom } from '../problem-of.ts';
import { entityTag, type MarkedPosition, type Requested, readIfMatch } from './write-headers.ts';

/** The head that If-Match expects: of several, the one that is the head now. */
export async function expectedHead(
  log: Pick<Log, 'head'>,
  c: Requested,
  host: string,
): Promise<MarkedPosition | undefined> {
  const tags = readIfMatch(c, host);
  if (tags === undefined || tags.length === 1) return tags?.[0];
  const { position, hash } = await log.head(host);
  const mark = markOf(hash);
  return tags.find((tag) => tag.position === position && tag.mark === mark) ?? tags[0];
}

/** An error of a write; that of an unexpected head with the tag of the head now. */
export async function withCurrentTag(
  log: Pick<Log, 'head'>,
  host: string,
  error: unknown,
): Promise<unknown> {
  const why = error instanceof LogRefusal && error.reason.why;
  if (why !== 'position-changed' && why !== 'history-changed') return error;
  const { position, hash } = await log.head(host);
  const { slug, details } = problemFrom(error);
  return new ProblemError(slug, {
    ...details,
    etag: entityTag(host, { position, mark: markOf(hash) }),
  });
}
