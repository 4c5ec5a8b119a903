/**
 * NDJSON in, NDJSON out: each line is recorded on its own, in order, and answered as soon as it is
 * recorded. The answer is pulled by the client: one that does not read stops the reading of its own
 * lines, and is cut off after a while. A broken line ends the stream with a problem document; what
 * was answered before it stays recorded, and nothing after it is.
 */
import type { Context } from 'hono';
import type { CallRequest, Receipt, Submission } from '../../events/submission.ts';
import { UNREAD_MS } from '../limits.ts';
import { countRecorded } from '../metrics.ts';
import { invalid, ProblemError, problemOf } from '../problem.ts';
import { problemFrom } from '../problem-of.ts';
import { bodyChunks, jsonValue, utf8Text } from '../request/body.ts';
import { NDJSON_TYPE } from '../request/content-type.ts';
import { type Line, linesOf } from '../request/lines.ts';
import { oneSyscall } from '../request/syscall-request.ts';
import { fingerprint, idempotencyKey } from '../request/write-headers.ts';
import type { Service } from '../service.ts';
import { pulled } from '../streams/pulled.ts';
import { eventText } from '../wire/event-text.ts';

interface Target {
  readonly service: Service;
  readonly host: string;
  readonly principal: string;
  readonly key: string | undefined;
}

interface Ready {
  readonly number: number;
  readonly submission: Submission;
}

/** The problem that an error is, at a line. */
function atLine(error: unknown, line: number): ProblemError {
  const { slug, details } = problemFrom(error);
  return new ProblemError(slug, { line, ...details });
}

function callOf({ number, bytes }: Line): CallRequest {
  const value = jsonValue(utf8Text(bytes, number), number);
  if (Array.isArray(value)) throw invalid([{ field: '', message: 'a line holds one call' }]);
  return oneSyscall(value);
}

function ready(c: Context, { principal, key }: Target, line: Line): Ready {
  const { number, bytes } = line;
  const keyed = key !== undefined && {
    idempotency: { key, line: number, fingerprint: fingerprint(c, bytes) },
  };
  return { number, submission: { principal, calls: [callOf(line)], ...keyed } };
}

/** The lines up to the first broken one, and what is wrong with that. */
function checked(c: Context, target: Target, lines: readonly Line[]) {
  const good: Ready[] = [];
  for (const line of lines) {
    try {
      good.push(ready(c, target, line));
    } catch (error) {
      return { good, broken: atLine(error, line.number) };
    }
  }
  return { good, broken: undefined };
}

function answerLine({ events }: Receipt): string {
  return events.map((event) => `${eventText(event)}\n`).join('');
}

/**
 * Records lines that were checked and yields their answers; returns whether all were replayed.
 *
 * All are queued in one go: when the queue is full at one, it is at all that follow, so those are
 * tried again later and the order is kept.
 */
async function* record(
  { service, host }: Target,
  lines: readonly Ready[],
): AsyncGenerator<string, boolean> {
  let replayed = true;
  for (let rest = lines; rest.length > 0; ) {
    const results = await Promise.allSettled(
      rest.map(({ submission }) => service.log.submit(host, submission)),
    );
    const failed = results.findIndex(({ status }) => status === 'rejected');
    const answered = failed === -1 ? results : results.slice(0, failed);
    let text = '';
    for (const result of answered) {
      if (result.status !== 'fulfilled') continue;
      countRecorded(service.metrics, result.value);
      replayed &&= result.value.replayed;
      text += answerLine(result.value);
    }
    if (text !== '') yield text;
    if (failed === -1) return replayed;
    const problem = atLine(
      (results[failed] as PromiseRejectedResult).reason,
      rest[failed]?.number ?? 0,
    );
    const refusedAll = results.slice(failed).every(({ status }) => status === 'rejected');
    if (problem.slug !== 'busy' || !refusedAll) throw problem;
    await service.clock.sleep((problem.details.retry_after ?? 1) * 1000);
    rest = rest.slice(failed);
  }
  return replayed;
}

async function* answersTo(c: Context, target: Target): AsyncGenerator<string> {
  // Lines that an earlier request recorded are taken one by one: should one of them have changed,
  // nothing after it may be recorded.
  let replaying = target.key !== undefined;
  const arriving = linesOf(bodyChunks(c));
  const next = async () => {
    const { done, value } = await arriving.next();
    return done ? undefined : checked(c, target, value);
  };
  let ahead = next();
  try {
    for (let lines = await ahead; lines !== undefined; lines = await ahead) {
      const { good, broken } = lines;
      if (broken === undefined) {
        // Those that follow are checked while these are recorded.
        ahead = next();
        ahead.catch(() => undefined);
      }
      let at = 0;
      while (at < good.length) {
        const some = replaying ? good.slice(at, at + 1) : good.slice(at);
        const replayed = yield* record(target, some);
        replaying = replaying && replayed;
        at += some.length;
      }
      if (broken !== undefined) throw broken;
    }
  } finally {
    arriving.return(undefined).catch(() => undefined);
  }
}

/** The rest of the answers; a problem on the way is the last line. */
async function* withProblem(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield first;
  try {
    yield* rest;
  } catch (error) {
    const { slug, details } = problemFrom(error);
    yield `${JSON.stringify(problemOf(slug, details))}\n`;
  }
}

/** Records the lines of the body and streams their answers. */
export async function syscallStream(c: Context, target: Omit<Target, 'key'>): Promise<Response> {
  if (c.req.header('if-match') !== undefined) {
    throw invalid([{ field: 'if-match', message: 'does not go with NDJSON' }]);
  }
  const answers = answersTo(c, { ...target, key: idempotencyKey(c) });
  // While nothing is answered a problem still has a status of its own.
  const first = await answers.next();
  if (first.done) throw invalid([{ field: '', message: 'the body has no line' }]);
  const stream = pulled(withProblem(first.value, answers), { unreadMs: UNREAD_MS });
  return c.body(stream, 200, { 'content-type': NDJSON_TYPE });
}
