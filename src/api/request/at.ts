/**
 * The moment that a read is about: `?at=` in the query, or the head. What was at a fixed position
 * never changes, so such an answer may be kept for ever; one about the head is asked for again.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import type { Kernel } from '../../domain/kernel.ts';
import { LogRefusal } from '../../events/log-refusal.ts';
import { momentAt } from '../../projections/boots.ts';
import type { Moment } from '../../projections/moment.ts';
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
): Promise<Moment> {
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
): Promise<{ readonly moment: Moment; readonly told: T }> {
  const { log, database } = service;
  if (text?.kind === 'position') {
    // The state is read while the moment is looked up, which also says what is wrong with it.
    const told = log.readAt(host, text.position, read);
    told.catch(() => undefined);
    return { moment: await momentOf(service, c, host, text), told: await told };
  }
  if (text !== undefined) {
    const moment = await momentOf(service, c, host, text);
    return { moment, told: await log.readAt(host, moment.position, read) };
  }
  const { host_id } = await log.head(host);
  const { position, told } = await log.readHead(host, (kernel, at) => ({
    position: at,
    told: read(kernel),
  }));
  // What is read of the tables has to be as of the position that the kernel had.
  const moment = await momentAt(database, { host_id, position });
  if (moment === undefined) throw new Error(`host ${host} has no boot`);
  keepFor(c, host, { moment, fixed: false });
  return { moment, told };
}

/** The moment of a text, or the problem that the log does not have it. */
export async function knownMoment(
  service: Service,
  host: string,
  text: MomentText | undefined,
  field: string,
): Promise<FoundMoment> {
  try {
    return await findMoment(service, host, text);
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
export function keepFor(c: Context<AccessEnv>, host: string, { moment, fixed }: FoundMoment): void {
  reflect(c, host, moment.position);
  // Where tokens decide who may read, a shared cache must not answer in their place.
  const who = c.get('principal') === LOCAL ? 'public' : 'private';
  c.header(
    'cache-control',
    fixed ? `${who}, max-age=${FOR_EVER_S}, immutable` : `${who}, no-cache`,
  );
}
