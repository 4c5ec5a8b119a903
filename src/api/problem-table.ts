/**
 * The problems: what the service itself refuses, each with a stable type, a status and a title.
 * A refusal by a kernel is never one of them. docs/problems.md says what to do about each.
 */

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

export const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'malformed-body': { status: 400, title: 'The body does not match its content type' },
  unauthorized: { status: 401, title: 'A token is needed' },
  forbidden: { status: 403, title: 'The token does not allow this' },
  'foreign-origin': { status: 403, title: 'The request comes from another site' },
  'no-such-route': { status: 404, title: 'There is no resource at this path' },
  'no-such-host': { status: 404, title: 'There is no host with that name' },
  'no-such-position': { status: 404, title: 'The log does not have that position' },
  'no-such-object': { status: 404, title: 'There is no such object' },
  'no-such-checkpoint': { status: 404, title: 'No checkpoint covers that position' },
  'method-not-allowed': { status: 405, title: 'The resource does not have that method' },
  'request-timeout': { status: 408, title: 'The body took too long to arrive' },
  'host-exists': { status: 409, title: 'There is already a host with that name' },
  'rule-exists': { status: 409, title: 'There is already a rule with that name' },
  'too-many-rules': { status: 409, title: 'There are as many rules as there may be' },
  'lease-held': { status: 409, title: 'Another executor applies this log' },
  'lease-lost': { status: 409, title: 'You do not hold the lease' },
  'log-damaged': { status: 503, title: 'The log of the host is damaged' },
  'signing-refused': { status: 409, title: 'The log does not hold what was signed before' },
  'position-removed': { status: 410, title: 'The log was cut after that position' },
  'precondition-failed': { status: 412, title: 'What the request requires is not so' },
  'position-changed': { status: 412, title: 'The log is not at the expected position' },
  'body-too-large': { status: 413, title: 'The body is larger than the limit' },
  'unsupported-media-type': { status: 415, title: 'The content type is not accepted here' },
  'unsupported-encoding': { status: 415, title: 'Compressed bodies are not accepted' },
  'expectation-failed': { status: 417, title: 'The expectation is not known' },
  misdirected: { status: 421, title: 'The Host header names another server' },
  'invalid-request': { status: 422, title: 'The request is not valid' },
  'idempotency-mismatch': { status: 422, title: 'The key was used for another request' },
  'host-too-large': { status: 422, title: 'The host would pass a limit' },
  'not-modelled': { status: 422, title: 'What a kernel answers to the call is not modelled' },
  'unknown-release': { status: 422, title: 'The release is not known' },
  'bundle-refused': { status: 422, title: 'The bundle is damaged or forged' },
  'recording-refused': { status: 422, title: 'The recording cannot be imported' },
  'bad-reference': { status: 422, title: 'A result_of does not name a usable result' },
  'too-many-requests': { status: 429, title: 'The caller asks too often' },
  'headers-too-large': { status: 431, title: 'The headers are larger than the limit' },
  internal: { status: 500, title: 'The service failed' },
  busy: { status: 503, title: 'The service has too much to do' },
  'took-too-long': { status: 503, title: 'The answer took too long' },
  unavailable: { status: 503, title: 'The database cannot be used now' },
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemSlug = keyof typeof PROBLEMS;

/** The `type` of a problem. */
export function problemType(slug: ProblemSlug): string {
  return `urn:bpfledger:problem:${slug}`;
}
