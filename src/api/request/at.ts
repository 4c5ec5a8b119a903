/**
 * The moment that a read is about: `?at=` in the query, or the head. What was at a fixed position
 * never changes, so such an answer may be kept for ever; one about the head is asked for again.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import type { Kernel } from '../../domain/kernel.ts';
import { stateRows } from '../../domain/size.ts';
import { LogRefusal } from '../../events/log-refusal.ts';
import type { MarkedStanding } from '../../events/reading/standing.ts';
import { atOnce, inTurns, type Pausing } from '../../events/turns.ts';
import {
  type FoundMoment,
  findMoment,
  MOMENT_FORMS,
  type MomentText,
  MomentUnknown,
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
    context.addIssue({ code: 'custom', message: `must be ${MOMENT_FORMS}` });
    return z.NEVER;
  })
  .meta({ id: 'Moment', description: `${MOMENT_FORMS}.`, type: 'string' });

/** The query of every read. */
export const atQuery = {
  at: momentParam
    .optional()
    .describe('The moment that the answer is about; the head when it is left out.'),
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
): Promise<MarkedStanding> {
  const found = await knownMoment(service, host, text, field);
  keepFor(c, host, found);
  return found.moment;
}

/**
 * What `read` tells of the whole world at a moment. `read` works at once and keeps nothing of the
 * kernel, which at the head changes with the next commit.
 */
export async function worldAt<T>(
  service: Service,
  c: Context<AccessEnv>,
  host: string,
  text: MomentText | undefined,
  read: (kernel: Kernel) => T,
): Promise<Told<T>> {
  const { log } = service;
  if (text !== undefined && text.kind !== 'position') {
    const moment = await momentOf(service, c, host, text);
    return { moment, told: await log.readAt(host, moment.position, read) };
  }
  // The state says which boot it is of: what is read of the tables is then as of the same moment.
  const world = (kernel: Kernel, moment: MarkedStanding) => ({ moment, told: read(kernel) });
  const found = await (text === undefined
    ? log.readHead(host, world)
    : known('at', () => log.readAt(host, text.position, world)));
  keepFor(c, host, { moment: found.moment, fixed: text !== undefined });
  return found;
}

/** Rows of a state that is told at once: a millisecond or two. */
const ROWS_AT_ONCE = 2000;

/** What is told of a whole world, in turns. */
interface Telling<T> {
  readonly tell: (kernel: Kernel) => Pausing<T>;
  readonly signal: AbortSignal;
  /** It takes long on the smallest of worlds. */
  readonly isLong?: boolean;
}

interface Told<T> {
  readonly moment: MarkedStanding;
  readonly told: T;
}

/**
 * What is told of the whole world at the head. The kernel there changes with the next commit: a
 * large one is read in turns as the past state that it is from then on.
 */
export async function headInTurns<T>(
  { log }: Service,
  host: string,
  { tell, signal, isLong = false }: Telling<T>,
): Promise<Told<T>> {
  const { moment, told } = await log.readHead(host, (kernel, moment) => ({
    moment,
    told: isLong || stateRows(kernel) > ROWS_AT_ONCE ? undefined : { all: atOnce(tell(kernel)) },
  }));
  if (told !== undefined) return { moment, told: told.all };
  const { position } = moment;
  return { moment, told: await log.readAt(host, position, (k) => inTurns(tell(k), signal)) };
}

/** What is told of the whole world at a moment; the answer's headers say which it is. */
export async function worldInTurns<T>(
  service: Service,
  c: Context<AccessEnv>,
  { host, at }: { readonly host: string; readonly at: MomentText | undefined },
  { tell, signal }: Telling<T>,
): Promise<Told<T>> {
  if (at === undefined) {
    const found = await headInTurns(service, host, { tell, signal });
    keepFor(c, host, { moment: found.moment, fixed: false });
    return found;
  }
  const moment = await momentOf(service, c, host, at);
  const { position } = moment;
  const past = (kernel: Kernel) => inTurns(tell(kernel), signal);
  return { moment, told: await service.log.readAt(host, position, past) };
}

/** The moment of a text, or the problem that the log does not have it. */
export async function knownMoment(
  service: Service,
  host: string,
  text: MomentText | undefined,
  field: string,
): Promise<FoundMoment> {
  return known(field, () => findMoment(service, host, text));
}

/** What is found at a moment, or the problem that the log does not have it. */
async function known<T>(field: string, find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof MomentUnknown) throw unknownMoment(error.message, field, error.head);
    if (error instanceof LogRefusal && error.reason.why === 'position-unknown') {
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
 * Says that an answer is about two hosts: it is asked for again each time. The other one may move
 * while this one stays, so that no ETag of this one could tell that the answer is still true.
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
