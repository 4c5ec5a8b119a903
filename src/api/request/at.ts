/**
 * The moment that a read is about: `?at=` in the query, or the head. What was at a fixed position
 * never changes, so such an answer may be kept for ever; an answer about the head may not.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import type { Kernel } from '../../domain/kernel.ts';
import { stateRows } from '../../domain/size.ts';
import { LogRefusal } from '../../events/log-refusal.ts';
import type { MarkedMoment } from '../../events/reading/moment.ts';
import { inOnePiece, inTurns, type Pausing } from '../../events/turns.ts';
import { knownMoments } from '../../time-travel/known-moments.ts';
import {
  type FoundMoment,
  findBeginning,
  findMoment,
  MOMENT_FORMS,
  type MomentText,
  MomentUnknown,
  momentFault,
  parseMoment,
} from '../../time-travel/moment.ts';
import type { AccessEnv } from '../guard/access.ts';
import { LOCAL } from '../guard/tokens.ts';
import { PARAMETER_CHARS_MAX } from '../limits.ts';
import { ProblemError } from '../problem.ts';
import { reflect } from '../routing.ts';
import type { Service } from '../service.ts';
import type { MarkedPosition } from './write-headers.ts';

/** A moment in a query parameter. */
export const momentParam = z
  .string()
  .max(PARAMETER_CHARS_MAX)
  .transform((text, context): MomentText => {
    const moment = parseMoment(text);
    if (moment !== undefined) return moment;
    context.addIssue({ code: 'custom', message: momentFault(text) });
    return z.NEVER;
  })
  .meta({ id: 'Moment', description: `${MOMENT_FORMS}.`, type: 'string' });

/** The query of every read. */
export const atQuery = {
  at: momentParam.optional().describe('The moment that the answer is about; default: the head.'),
};

/**
 * The moment of a read; the answer's headers say which it is and how long it stays true.
 *
 * @param field the parameter that the text came in
 */
export async function momentOf(
  service: Service,
  c: Context<AccessEnv>,
  host: string,
  text: MomentText | undefined,
  field = 'at',
): Promise<MarkedMoment> {
  const found = await requireMoment(service, host, text, field);
  keepFor(c, host, found);
  return found.moment;
}

/**
 * Calls `read` with the state at a moment. `read` must be synchronous and must not retain the
 * kernel, which at the head changes with the next commit.
 */
export async function worldAt<T>(
  service: Service,
  c: Context<AccessEnv>,
  host: string,
  text: MomentText | undefined,
  read: (kernel: Kernel) => T,
): Promise<WorldAnswer<T>> {
  const { log } = service;
  if (text !== undefined && text.kind !== 'position') {
    const moment = await momentOf(service, c, host, text);
    return { moment, answer: await log.withStateAt(host, moment.position, read) };
  }
  // The state says which boot it is of: what is read of the tables is then as of the same moment.
  const world = (kernel: Kernel, moment: MarkedMoment) => ({ moment, answer: read(kernel) });
  const found = await (text === undefined
    ? log.withHead(host, world)
    : requireKnown('at', () => log.withStateAt(host, text.position, world)));
  keepFor(c, host, { moment: found.moment, fixed: text !== undefined });
  return found;
}

/** Rows of a state that is read in one piece: a millisecond or two. */
const ROWS_IN_ONE_PIECE = 2000;

/** How to read a whole state, in turns. */
interface WorldRead<T> {
  readonly read: (kernel: Kernel) => Pausing<T>;
  readonly signal: AbortSignal;
  /** It takes long even on the smallest state. */
  readonly isLong?: boolean;
}

interface WorldAnswer<T> {
  readonly moment: MarkedMoment;
  readonly answer: T;
}

/**
 * Reads the state at the head in turns. The kernel at the head changes with the next commit, so a
 * large one is read as the past state that it is from then on.
 */
export async function headInTurns<T>(
  { log }: Service,
  host: string,
  { read, signal, isLong = false }: WorldRead<T>,
): Promise<WorldAnswer<T>> {
  const { moment, answer } = await log.withHead(host, (kernel, moment) => ({
    moment,
    answer:
      isLong || stateRows(kernel) > ROWS_IN_ONE_PIECE
        ? undefined
        : { all: inOnePiece(read(kernel)) },
  }));
  if (answer !== undefined) return { moment, answer: answer.all };
  const { position } = moment;
  return { moment, answer: await log.withStateAt(host, position, (k) => inTurns(read(k), signal)) };
}

/** Reads the state at a moment in turns; the answer's headers name the moment. */
export async function worldInTurns<T>(
  service: Service,
  c: Context<AccessEnv>,
  { host, at }: { readonly host: string; readonly at: MomentText | undefined },
  { read, signal }: WorldRead<T>,
): Promise<WorldAnswer<T>> {
  if (at === undefined) {
    const found = await headInTurns(service, host, { read, signal });
    keepFor(c, host, { moment: found.moment, fixed: false });
    return found;
  }
  return pastAt(service, c, { host, at }, (kernel) => inTurns(read(kernel), signal));
}

/**
 * Calls `read` with the state at a moment as one of the past, also at the head. It stays as it is, so `read`
 * may take its time; it must not change it.
 */
export async function pastAt<T>(
  service: Service,
  c: Context<AccessEnv>,
  { host, at }: { readonly host: string; readonly at: MomentText | undefined },
  read: (kernel: Kernel, moment: MarkedMoment) => Promise<T>,
): Promise<WorldAnswer<T>> {
  const { log } = service;
  const world = async (kernel: Kernel, moment: MarkedMoment) => ({
    moment,
    answer: await read(kernel, moment),
  });
  if (at?.kind === 'position') {
    const found = await requireKnown('at', () => log.withStateAt(host, at.position, world));
    keepFor(c, host, { moment: found.moment, fixed: true });
    return found;
  }
  const moment = await momentOf(service, c, host, at);
  return log.withStateAt(host, moment.position, (kernel) => world(kernel, moment));
}

/** The moment of a text, or the problem that the log does not have it. */
export async function requireMoment(
  service: Service,
  host: string,
  text: MomentText | undefined,
  field: string,
): Promise<FoundMoment> {
  return requireThere(service, host, field, findMoment(service, host, text));
}

/** The moment at which a span begins: a time before the log means the log's beginning. */
export async function requireBeginning(
  service: Service,
  host: string,
  text: MomentText | undefined,
  field: string,
): Promise<FoundMoment> {
  return requireThere(service, host, field, findBeginning(service, host, text));
}

/** A moment of a log, or the problem that the log does not have it, with those that it has. */
function requireThere(
  service: Service,
  host: string,
  field: string,
  found: Promise<FoundMoment>,
): Promise<FoundMoment> {
  return requireKnown(field, () =>
    found.catch(async (error: unknown) => {
      if (!(error instanceof MomentUnknown)) throw error;
      const { message, head } = error;
      const known = await knownMoments(service, host, error);
      throw unknownMoment(`${message}${known}`, field, head);
    }),
  );
}

/** What is found at a moment, or the problem that the log does not have it. */
async function requireKnown<T>(field: string, find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof LogRefusal && error.reason.why === 'no-such-position') {
      throw unknownMoment(error.message, field, error.reason.head);
    }
    throw error;
  }
}

function unknownMoment(detail: string, field: string, position: number): ProblemError {
  return new ProblemError('no-such-position', { detail, field, position });
}

/** Seconds of a year: as long as a cache keeps anything. */
const FOR_EVER_S = 31_536_000;

/** Says in the headers which moment an answer is about, and how long it stays true. */
export function keepFor(
  c: Context<AccessEnv>,
  host: string,
  { moment, fixed }: { readonly moment: MarkedPosition; readonly fixed: boolean },
): void {
  reflect(c, host, moment);
  keep(c, fixed ? `max-age=${FOR_EVER_S}, immutable` : 'no-cache');
}

/**
 * Says that an answer is about two hosts, so that no cache keeps it. The other host may move
 * while this one stays, so an ETag of this host cannot show that the answer is still true.
 */
export function keepForOnce(c: Context<AccessEnv>): void {
  c.header('etag', undefined);
  keep(c, 'no-cache');
}

/** Where tokens decide who may read, a shared cache must not answer in their place. */
function keep(c: Context<AccessEnv>, howLong: string): void {
  const who = c.get('principal') === LOCAL ? 'public' : 'private';
  c.header('cache-control', `${who}, ${howLong}`);
}
