/** What every route shares: the app's type, parameters, and answers that name their position. */
import type { OpenAPIHono, RouteConfig, RouteHandler } from '@hono/zod-openapi';
import type { Context, Handler } from 'hono';
import { z } from 'zod';
import { ASKED_AGAIN, MADE, READ, REFUSED, TAGGED } from './answer-headers.ts';
import type { AccessEnv } from './guard/access.ts';
import { HOST_NAME } from './host-name.ts';
import {
  HOST_NAME_CHARS_MAX,
  IDEMPOTENCY_KEY_CHARS_MAX,
  PAGE_ROWS_DEFAULT,
  PAGE_ROWS_MAX,
  PARAMETER_CHARS_MAX,
} from './limits.ts';
import { PROBLEM_JSON, problemSchema } from './problem.ts';
import { entityTag, type MarkedPosition } from './request/write-headers.ts';
import type { DeclaredAccess } from './route-access.ts';

/** A route that declares who may use it. */
export type DeclaredRoute = RouteConfig & { readonly access: DeclaredAccess };

/** A route as it is written down; the compiler sees that it declares who may use it. */
export function createRoute<P extends string, R extends Omit<DeclaredRoute, 'path'> & { path: P }>(
  route: R,
): R {
  return route;
}

/** The app that routes are registered on: each route must declare who may use it. */
export interface App extends Pick<OpenAPIHono<AccessEnv>, 'getOpenAPI31Document'> {
  /** Serves a route, and documents it unless it is hidden. */
  openapi<R extends DeclaredRoute>(route: R, handler: RouteHandler<R, AccessEnv>): void;
  /** Documents a route. */
  describe(route: DeclaredRoute): void;
  /** Serves a resource that is in no document. */
  get(path: string, access: DeclaredAccess, handler: Handler<AccessEnv>): void;
}

/** A host's name. */
export const hostName = z
  .string()
  .regex(
    new RegExp(`^${HOST_NAME}$`),
    `must have 1…${HOST_NAME_CHARS_MAX} of a-z (lower case) 0-9 . _ - and begin with a letter or digit`,
  )
  .meta({ id: 'HostName', maxLength: HOST_NAME_CHARS_MAX });

export const hostParams = z.object({ host: hostName });

/** A whole number in a query parameter. */
export const countParam = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number of at most 15 digits')
  .transform(Number)
  .meta({ type: 'integer', minimum: 0 });

/** A position in a query parameter. */
export const positionParam = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be a position: a whole number from 1 on')
  .transform(Number)
  .meta({ type: 'integer', minimum: 1 });

/** A number of rows. */
export const limitParam = z
  .string()
  .transform((text, context) => {
    const limit = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (limit >= 1 && limit <= PAGE_ROWS_MAX) return limit;
    const message = `must be 1…${PAGE_ROWS_MAX}`;
    context.addIssue({ code: 'custom', message, params: { limit: PAGE_ROWS_MAX } });
    return z.NEVER;
  })
  .default(PAGE_ROWS_DEFAULT)
  .meta({ type: 'integer', minimum: 1, maximum: PAGE_ROWS_MAX, default: PAGE_ROWS_DEFAULT });

/** Values of one parameter. */
const VALUES_MAX = 20;

/** A parameter that may be given several times: any of its values is meant. */
export function severalOf<T extends z.ZodType>(item: T, description: string) {
  return z
    .preprocess(
      (given) => (typeof given === 'string' ? [given] : given),
      z.array(item).max(VALUES_MAX),
    )
    .optional()
    .describe(`${description} May be given up to ${VALUES_MAX} times: any of the values.`);
}

/** A short text in a query parameter. */
export const shortText = z
  .string()
  .min(1)
  .max(PARAMETER_CHARS_MAX)
  .refine((text) => !text.includes('\0'), 'contains a NUL character');

/** The query of a page of things with numbers for keys. */
export const idPage = {
  limit: limitParam,
  after: countParam.optional(),
  next: countParam.optional().describe('The `next` of the page before.'),
};

/** The headers of a write; they are read by hand, this is for the document. */
export const writeHeaders = z.object({
  'idempotency-key': z
    .string()
    .max(IDEMPOTENCY_KEY_CHARS_MAX)
    .optional()
    .describe('Sent twice, the write is done once and both get the same answer; kept 24 hours.'),
  'if-match': z
    .string()
    .max(PARAMETER_CHARS_MAX)
    .optional()
    .describe('Write only if the head still has this ETag, else 412.'),
});

/** Any other response: a problem document. */
export const problemAnswer = {
  description: 'What the service refuses (docs/problems.md).',
  headers: REFUSED,
  content: { [PROBLEM_JSON]: { schema: problemSchema } },
} as const;

/** The responses of a route that answers JSON, about no host or more than one position. */
export function answersWithoutTag<T extends z.ZodType>(description: string, schema: T) {
  return {
    200: { description, content: { 'application/json': { schema } } },
    default: problemAnswer,
  } as const;
}

/** The responses of such a read: a cache asks again each time. */
export function readsWithoutTag<T extends z.ZodType>(description: string, schema: T) {
  return answers(description, schema, ASKED_AGAIN);
}

/** The responses of a route that answers JSON. */
export function answers<T extends z.ZodType>(
  description: string,
  schema: T,
  headers: z.ZodObject = TAGGED,
) {
  const { 200: untagged, default: refused } = answersWithoutTag(description, schema);
  return { 200: { ...untagged, headers }, default: refused } as const;
}

/** The responses of a read at a moment. */
export function reads<T extends z.ZodType>(description: string, schema: T) {
  return answers(description, schema, READ);
}

/** The responses of a route that makes something. */
export function creates<T extends z.ZodType>(description: string, schema: T) {
  const { 200: made, default: refused } = answers(description, schema, MADE);
  return { 201: made, default: refused } as const;
}

/** Names the position that the answer reflects in the ETag. */
export function reflect(c: Context, host: string, at: MarkedPosition): void {
  c.header('etag', entityTag(host, at));
}
