/**
 * NDJSON in, NDJSON out: lines are recorded in order, and answered as soon as they are recorded.
 * The answer is pulled by the client: one that does not read stops the reading of its own lines,
 * and is cut off after a while. A broken line ends the stream with a problem document; what was
 * answered before it stays recorded, and nothing after it is.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Context } from 'hono';
import { LogRefusal } from '../../events/log-refusal.ts';
import type { InOrder, Receipt, Submission } from '../../events/submission.ts';
import { NDJSON_TYPE } from '../content-type.ts';
import type { AccessEnv } from '../guard/access.ts';
import { UNREAD_MS } from '../limits.ts';
import { countRecorded } from '../metrics.ts';
import { invalid, type ProblemError, problemOf, WHOLE_BODY } from '../problem.ts';
import { problemFrom } from '../problem-of.ts';
import { atLine, type CheckedLine, checkLines } from '../request/checked-lines.ts';
import { idempotencyKey } from '../request/write-headers.ts';
import type { Service } from '../service.ts';
import { pullStream } from '../streams/pull-stream.ts';
import { ReadAhead } from '../streams/read-ahead.ts';
import { eventText } from '../wire/event-text.ts';

interface Target {
  readonly service: Service;
  readonly host: string;
  readonly actor: string;
  readonly key: string | undefined;
}

/** What became of lines. */
interface Recorded {
  /** In order, up to the first line that was not recorded. */
  readonly receipts: readonly Receipt[];
  /** What that one's problem is. */
  readonly problem?: ProblemError;
}

/**
 * What lines are handed to the log as: those with keys one by one, so that each is found again
 * under its own; others all together, which costs no more than a list of them.
 */
function submissionsOf({ actor, key }: Target, lines: readonly CheckedLine[]): Submission[] {
  if (key === undefined) return [{ actor, calls: lines.map(({ request }) => request) }];
  return lines.map(({ request, idempotency }) => ({
    actor,
    calls: [request],
    ...(idempotency && { idempotency }),
  }));
}

/** Records lines; waits, when the queue is full, until it has room. Never throws. */
async function record(target: Target, lines: readonly CheckedLine[]): Promise<Recorded> {
  const { service, host } = target;
  const submissions = submissionsOf(target, lines);
  const receipts: Receipt[] = [];
  for (;;) {
    const { receipts: more, refused } = await service.log
      .submitInOrder(host, submissions.slice(receipts.length))
      .catch((error: unknown): InOrder => ({ receipts: [], refused: { error } }));
    for (const receipt of more) countRecorded(service.metrics, receipt);
    receipts.push(...more);
    if (refused === undefined) return { receipts };
    // Without keys there is one submission, refused as a whole: for the first of its lines, unless
    // it is known for which.
    const culprit = target.key === undefined ? callAtFault(refused.error) : undefined;
    if (culprit !== undefined && lines.length > 1) return recordApart(target, lines, culprit);
    const problem = atLine(refused.error, lines[receipts.length]?.number ?? 0);
    if (problem.slug !== 'busy') return { receipts, problem };
    await service.clock.sleep((problem.details.retry_after ?? 1) * 1000);
  }
}

/** The call that a submission was refused for; undefined when that was for none of them. */
function callAtFault(error: unknown): number | undefined {
  if (!(error instanceof LogRefusal) || !('call' in error.reason)) return undefined;
  return error.reason.call;
}

/** Records lines of which one was refused: those before it, then itself alone. Never throws. */
async function recordApart(
  target: Target,
  lines: readonly CheckedLine[],
  culprit: number,
): Promise<Recorded> {
  const receipts: Receipt[] = [];
  const after = culprit + 1;
  for (const part of [
    lines.slice(0, culprit),
    lines.slice(culprit, after),
    // It may have become good meanwhile.
    lines.slice(after),
  ]) {
    if (part.length === 0) continue;
    const { receipts: more, problem } = await record(target, part);
    receipts.push(...more);
    if (problem !== undefined) return { receipts, problem };
  }
  return { receipts };
}

function textOf(receipts: readonly Receipt[]): string {
  let text = '';
  for (const { events } of receipts) {
    for (const event of events) {
      // A line is answered with its own event.
      if (event.source !== 'inferred') text += `${eventText(event)}\n`;
    }
  }
  return text;
}

async function* answersTo(c: Context, target: Target): AsyncGenerator<string> {
  // Lines that an earlier request recorded are taken one by one: should one of them have changed,
  // nothing after it may be recorded.
  let repeating = target.key !== undefined;
  // The next lines are checked while these are recorded.
  const arriving = new ReadAhead(checkLines(c, target.key));
  let untold: readonly Receipt[] = [];
  try {
    for (;;) {
      if (untold.length > 0 && !arriving.isHere) {
        yield textOf(untold);
        untold = [];
      }
      const lines = await arriving.next();
      if (lines === undefined) break;
      for (let { good } = lines; good.length > 0; ) {
        const some = repeating ? good.slice(0, 1) : good;
        good = good.slice(some.length);
        const recording = record(target, some);
        if (untold.length > 0) {
          // The database works on these now; meanwhile the client gets the answers to those before.
          await turnOfTheLoop();
          await turnOfTheLoop();
          yield textOf(untold);
        }
        const { receipts, problem } = await recording;
        untold = receipts;
        if (problem !== undefined) throw problem;
        repeating &&= receipts.every(({ repeated }) => repeated);
      }
      if (lines.broken !== undefined) throw lines.broken.error;
    }
  } catch (error) {
    if (untold.length > 0) yield textOf(untold);
    throw error;
  } finally {
    arriving.end();
  }
  if (untold.length > 0) yield textOf(untold);
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
export async function syscallStream(
  c: Context<AccessEnv>,
  target: Omit<Target, 'key'>,
): Promise<Response> {
  if (c.req.header('if-match') !== undefined) {
    throw invalid([{ field: 'if-match', message: 'does not go with NDJSON' }]);
  }
  const answers = answersTo(c, { ...target, key: idempotencyKey(c) });
  // While nothing is answered a problem still has a status of its own.
  const first = await answers.next();
  if (first.done) throw invalid([{ field: WHOLE_BODY, message: 'has no line' }]);
  const stream = pullStream(withProblem(first.value, answers), {
    unreadMs: UNREAD_MS,
    mayGoOn: c.get('mayGoOn'),
  });
  return c.body(stream, 200, { 'content-type': NDJSON_TYPE });
}
