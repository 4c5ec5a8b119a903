/**
 * Group commit: submissions are decided together on the tip and appended by one statement. When
 * another process appended first the draft is thrown away, the tip catches up, and all is decided
 * again. Nobody is answered before the fate of the append is known.
 */
import type { Clock } from '../clock.ts';
import { markOf } from '../encoding/mark.ts';
import { lockHead } from '../head.ts';
import type { Projector } from '../projector.ts';
import { ProjectionsAhead } from '../reading/damaged-log.ts';
import type { Database, Queryable } from '../storage/database.ts';
import { findViolatedUnique, wasRefused } from '../storage/database-error.ts';
import type { Receipt } from '../submission.ts';
import { inOnePiece, inTurns, type Pausing } from '../turns.ts';
import { type Append, type Batch, KEY_CONSTRAINT } from './append.ts';
import { type Draft, draftOf } from './draft.ts';
import { settleFate } from './fate.ts';
import { findReceipt } from './idempotency.ts';
import type { Pending } from './submission-queue.ts';
import type { Tip } from './tip.ts';

/** Text of the events of one batch, about; in characters. */
const BATCH_TEXT_MAX = 4 * 1024 * 1024;
/** Size of the calls that are decided without a pause, in characters (`callSize`). */
const ONE_PIECE_MAX = 1024 * 1024;
/** Lost races after which the head row is locked before deciding, so that no writer starves. */
const MISSES_MAX = 3;
/** Broken attempts in a row after which callers get an error; nothing of theirs was recorded. */
const BREAKS_MAX = 10;
/** Attempts that ran against a key which was gone when it was looked for, after which callers get an error. */
const VANISHED_MAX = 3;

export interface CommitContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly projector: Projector;
  readonly append: Append;
  /** A random number that no other writer has. */
  readonly writer: number;
  /** Called when this process moved the log of a host. */
  readonly onAppended: (hostId: number) => void;
}

type Attempt =
  | { readonly came: 'committed'; readonly draft: Draft }
  /** Somebody else was faster. */
  | { readonly came: 'missed' }
  /** The connection broke, and nothing was recorded. */
  | { readonly came: 'broken'; readonly cause: unknown }
  /** A key of the draft is recorded already. */
  | { readonly came: 'key-used' }
  | { readonly came: 'fault'; readonly fault: NonNullable<Draft['fault']> };

/** Answers those whose calls were committed; the writer runs it when it suits the next batch. */
export type Answers = readonly (() => void)[];

/**
 * Commits all of `pending`, in order, and answers the refused ones. Never throws.
 *
 * @returns the answers to the others
 */
export async function commit(
  context: CommitContext,
  tip: Tip,
  pending: readonly Pending[],
): Promise<Answers> {
  const answers: (() => void)[] = [];
  let open = pending;
  let misses = 0;
  let breaks = 0;
  let vanished = 0;
  try {
    while (open.length > 0) {
      const attempt = await (misses < MISSES_MAX ? appendIfFirst : appendUnderLock)(
        context,
        tip,
        open,
      );
      switch (attempt.came) {
        case 'committed':
          misses = 0;
          breaks = 0;
          open = await answer(context, tip, open, {
            draft: attempt.draft,
            answers,
          });
          break;
        case 'missed':
          misses++;
          await tip.catchUp(context.database);
          break;
        case 'broken':
          if (++breaks >= BREAKS_MAX) throw attempt.cause;
          await tip.catchUp(context.database);
          break;
        case 'key-used': {
          const others = await answerRecorded(context, tip, open);
          // The key was forgotten meanwhile, or a standby took over that does not have it.
          if (others.length === open.length) {
            if (++vanished > VANISHED_MAX) throw new Error('a recorded key cannot be found');
            await tip.catchUp(context.database);
          }
          open = others;
          break;
        }
        case 'fault':
          open = rejectFaulty(open, attempt.fault);
          break;
        default:
          attempt satisfies never;
      }
    }
  } catch (error) {
    for (const one of open) one.reject(error);
  }
  return answers;
}

/** A bug in deciding one submission must not keep the others from being recorded. */
function rejectFaulty(
  open: readonly Pending[],
  { submission, error }: NonNullable<Draft['fault']>,
): readonly Pending[] {
  open.find((one) => one.submission === submission)?.reject(error);
  return open.filter((one) => one.submission !== submission);
}

/** Appends if nobody else did since the tip was read. */
async function appendIfFirst(
  context: CommitContext,
  tip: Tip,
  open: readonly Pending[],
): Promise<Attempt> {
  const { database } = context;
  const size = open.reduce((sum, one) => sum + one.size, 0);
  const drafting = draftOn(tip, context, open);
  // Thousands of long calls are decided in pieces: a writer works for one host, the loop for all.
  const draft = size > ONE_PIECE_MAX ? await inTurns(drafting) : inOnePiece(drafting);
  if (draft.fault !== undefined) return { came: 'fault', fault: draft.fault };
  if (draft.events.length === 0) {
    // Refused for the state of the log: true only if the tip is the head.
    const moved = await tip.catchUp(database);
    return moved ? { came: 'missed' } : { came: 'committed', draft };
  }
  try {
    if (!(await context.append(database, batchOf(tip, context, draft)))) return { came: 'missed' };
  } catch (error) {
    return settleError(error, context, tip, draft);
  }
  return takeOver(context, tip, draft);
}

/** Locks the head row first, so that nobody can append in between. */
async function appendUnderLock(
  context: CommitContext,
  tip: Tip,
  open: readonly Pending[],
): Promise<Attempt> {
  let draft: Draft | undefined;
  try {
    await context.database.transaction(async (tx) => {
      await tip.catchUp(tx, await lockHead(tx, tip.hostId));
      // In one piece: nobody else can write to the host meanwhile.
      draft = inOnePiece(draftOn(tip, context, open));
      if (draft.events.length > 0) await appendLocked(tx, context, tip, draft);
    });
  } catch (error) {
    return settleError(error, context, tip, draft);
  }
  if (draft === undefined) throw new Error('the transaction ended without a draft');
  if (draft.fault !== undefined) return { came: 'fault', fault: draft.fault };
  return draft.events.length > 0 ? takeOver(context, tip, draft) : { came: 'committed', draft };
}

async function appendLocked(tx: Queryable, context: CommitContext, tip: Tip, draft: Draft) {
  const moved = await context.append(tx, batchOf(tip, context, draft));
  if (!moved) throw new Error(`the locked head of host ${tip.hostId} moved`);
}

/** An append failed: it was refused, or its answer was lost and the log must show its fate. */
async function settleError(
  error: unknown,
  context: CommitContext,
  tip: Tip,
  draft: Draft | undefined,
): Promise<Attempt> {
  const violated = findViolatedUnique(error);
  if (violated === KEY_CONSTRAINT) return { came: 'key-used' };
  if (violated !== undefined && isOfProjection(context.projector, violated)) {
    throw new ProjectionsAhead(tip.head.position + 1, violated, { cause: error });
  }
  if (wasRefused(error)) throw error;
  if (tip.damaged || draft?.fault !== undefined) throw error;
  const { database, clock, writer } = context;
  const lost = { hostId: tip.hostId, writer, to: draft?.head };
  const recorded = await settleFate(database, clock, lost);
  if (recorded && draft !== undefined) return takeOver(context, tip, draft);
  return { came: 'broken', cause: error };
}

/** Whether a constraint is one of a table of the projections: they are named after their table. */
function isOfProjection({ tables }: Projector, constraint: string): boolean {
  return tables.some(({ name }) => constraint.startsWith(`${name}_`));
}

function takeOver(context: CommitContext, tip: Tip, draft: Draft): Attempt {
  tip.advance(draft);
  context.onAppended(tip.hostId);
  return { came: 'committed', draft };
}

function draftOn(tip: Tip, context: CommitContext, open: readonly Pending[]): Pausing<Draft> {
  return draftOf(
    open.map((one) => one.submission),
    {
      kernel: tip.kernel,
      head: tip.head,
      projector: context.projector,
      now: context.clock.now(),
      bytesMax: BATCH_TEXT_MAX,
    },
  );
}

function batchOf(tip: Tip, context: CommitContext, draft: Draft): Batch {
  const { head: to, bodies, keys, rows } = draft;
  return { hostId: tip.hostId, writer: context.writer, from: tip.head, to, bodies, keys, rows };
}

/** Answers the drafted submissions; returns those that did not fit into the batch. */
async function answer(
  { database }: CommitContext,
  tip: Tip,
  open: readonly Pending[],
  { draft, answers }: { readonly draft: Draft; readonly answers: (() => void)[] },
): Promise<readonly Pending[]> {
  const { drafted, head } = draft;
  const mark = markOf(head.hash);
  for (const [i, one] of drafted.entries()) {
    const pending = open[i] as Pending;
    if ('events' in one) {
      const { events } = one;
      answers.push(() => pending.resolve({ events, mark, repeated: false }));
      continue;
    }
    // The reason of the refusal may be the first success of this very request.
    const settled = await tryAnswerByKey(database, tip, pending);
    if (!settled) pending.reject(one.refusal);
  }
  return open.slice(drafted.length);
}

/** Answers those whose key is recorded; returns the others. */
async function answerRecorded(
  { database }: CommitContext,
  tip: Tip,
  open: readonly Pending[],
): Promise<readonly Pending[]> {
  const others: Pending[] = [];
  for (const pending of open) {
    if (!(await tryAnswerByKey(database, tip, pending))) others.push(pending);
  }
  return others;
}

async function tryAnswerByKey(database: Database, tip: Tip, pending: Pending): Promise<boolean> {
  const { idempotency, actor } = pending.submission;
  if (idempotency === undefined) return false;
  let receipt: Receipt | undefined;
  try {
    receipt = await findReceipt(database, { hostId: tip.hostId, actor }, idempotency);
  } catch (error) {
    pending.reject(error);
    return true;
  }
  if (receipt !== undefined) pending.resolve(receipt);
  return receipt !== undefined;
}
