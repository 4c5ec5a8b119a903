/** Problem documents (RFC 9457). */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { PROBLEMS, type ProblemSlug, problemType } from './problem-table.ts';

export const PROBLEM_JSON = 'application/problem+json';

/** Errors that one document lists. */
export const ERRORS_MAX = 20;

/** One thing that is wrong with a request. */
export interface FieldError {
  /** Dotted, from the top of the body: `3.call.prog_fd`; or the parameter's or header's name. */
  readonly field: string;
  readonly message: string;
  readonly limit?: number;
}

export interface ProblemDetails {
  readonly detail: string;
  /** The first field of `errors`. */
  readonly field?: string;
  readonly errors?: readonly FieldError[];
  readonly limit?: number;
  /** NDJSON: the line at fault, from 1. */
  readonly line?: number;
  /** The head of the log when the request names another position; the oldest one that is kept. */
  readonly position?: number;
  /** Seconds after which the client should try again. */
  readonly retry_after?: number;
  readonly allow?: readonly string[];
  /** The tag of the head, when the request names another; a header, and not in the document. */
  readonly etag?: string;
}

export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    field: z.string().exactOptional(),
    errors: z
      .array(
        z.strictObject({
          field: z.string(),
          message: z.string(),
          limit: z.number().exactOptional(),
        }),
      )
      .exactOptional(),
    limit: z.number().exactOptional(),
    line: z.int().exactOptional(),
    position: z.int().exactOptional(),
    retry_after: z.number().exactOptional(),
    allow: z.array(z.string()).exactOptional(),
  })
  .meta({ id: 'Problem' });

export type Problem = z.output<typeof problemSchema>;

/** The document of a problem. */
export function problemOf(slug: ProblemSlug, details: ProblemDetails): Problem {
  const { status, title } = PROBLEMS[slug];
  const { errors, allow, etag: _, ...rest } = details;
  return {
    type: problemType(slug),
    title,
    status,
    ...rest,
    ...(errors !== undefined && { errors: [...errors] }),
    ...(allow !== undefined && { allow: [...allow] }),
  };
}

/** A problem on its way up to the response. */
export class ProblemError extends Error {
  readonly slug: ProblemSlug;
  readonly details: ProblemDetails;

  constructor(slug: ProblemSlug, details: ProblemDetails) {
    super(details.detail);
    this.slug = slug;
    this.details = details;
  }
}

/** The field that is told when the body is wrong as a whole. */
export const WHOLE_BODY = 'body';

/** The problem of wrong fields; the first one gives the sentence. */
export function invalid(errors: readonly FieldError[]): ProblemError {
  const [first] = errors;
  const { field = WHOLE_BODY, message = 'is not valid', limit } = first ?? {};
  return new ProblemError('invalid-request', {
    detail: `${field}: ${message}`,
    field,
    errors: errors.slice(0, ERRORS_MAX),
    ...(limit !== undefined && { limit }),
  });
}

/** The problem of an object that is not there. */
export function noSuchObject(what: string, field: string): ProblemError {
  return new ProblemError('no-such-object', { detail: `there is no ${what}`, field });
}

/** The headers of a problem document. */
export function problemHeaders(slug: ProblemSlug, details: ProblemDetails): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': PROBLEM_JSON,
    'cache-control': 'no-store',
  };
  if (details.retry_after !== undefined) headers['retry-after'] = String(details.retry_after);
  if (details.allow !== undefined) headers.allow = details.allow.join(', ');
  if (details.etag !== undefined) headers.etag = details.etag;
  if (slug === 'unauthorized') headers['www-authenticate'] = 'Bearer';
  return headers;
}

/** Answers with a problem document. */
export function problemResponse(c: Context, slug: ProblemSlug, details: ProblemDetails): Response {
  const problem = problemOf(slug, details);
  // A route may have set the moment of its answer; a problem is not about a moment.
  c.header('etag', undefined);
  const headers = problemHeaders(slug, details);
  return c.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, headers);
}
