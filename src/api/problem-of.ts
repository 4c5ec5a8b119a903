/** The one table from what goes wrong below to problem documents. */
import { UnreadableEvent } from '../events/encoding/field-coder.ts';
import { LogRefusal, missing, type Why } from '../events/log-refusal.ts';
import { DamagedLog, ProjectionsAhead } from '../events/reading/damaged-log.ts';
import { UnreadableSegment } from '../events/segment/segment.ts';
import { troubleOf } from '../events/storage/database-error.ts';
import { QuestionLimit } from '../time-travel/question-limit.ts';
import { DAMAGED_RETRY_AFTER_S, RETRY_AFTER_S } from './limits.ts';
import { invalid, type ProblemDetails, ProblemError } from './problem.ts';
import type { ProblemSlug } from './problem-table.ts';

type ProblemParts = readonly [ProblemSlug, Omit<ProblemDetails, 'detail'>];

const seconds = (ms: number): number => Math.max(RETRY_AFTER_S, Math.ceil(ms / 1000));

/** A field of one call, in a list of them or alone. */
function fieldOf(
  { call, calls }: { readonly call: number; readonly calls: number },
  field: string,
): string {
  return calls === 1 ? field : `${call}.${field}`;
}

function problemParts(reason: Why): ProblemParts {
  switch (reason.why) {
    case 'no-such-host':
      return ['no-such-host', { field: 'host' }];
    case 'host-exists':
      return ['host-exists', { field: 'name' }];
    case 'branch-too-deep':
      return ['invalid-request', { field: 'host', limit: reason.depthMax }];
    case 'branches-unsupported':
      return ['invalid-request', { field: 'host' }];
    case 'unknown-release':
      return ['unknown-release', { field: 'release' }];
    case 'position-changed':
      return ['position-changed', { field: 'if-match', position: reason.actual }];
    case 'history-changed':
      return ['position-changed', { field: 'if-match', position: reason.position }];
    case 'no-such-position':
      return ['no-such-position', { field: 'position', position: reason.head }];
    case 'position-removed':
      return ['position-removed', { field: 'position', position: reason.oldest }];
    case 'idempotency-mismatch':
      return ['idempotency-mismatch', { field: 'idempotency-key' }];
    case 'bad-reference': {
      const field = `${reason.call}.${reason.field === 'pid' ? 'pid' : `call.${reason.field}`}`;
      const message =
        reason.because === 'later'
          ? `call ${reason.result_of} is not an earlier call`
          : `call ${reason.result_of} was refused`;
      return ['bad-reference', { field, errors: [{ field, message }] }];
    }
    case 'at-ahead':
      return ['invalid-request', { field: fieldOf(reason, reason.field), limit: reason.aheadMaxS }];
    case 'config-invalid': {
      const { field, message, limit } = reason.fault;
      const error = { field: `config.${field}`, message, limit };
      return ['invalid-request', { field: error.field, limit, errors: [error] }];
    }
    case 'host-too-large':
      return ['host-too-large', { field: fieldOf(reason, 'call'), limit: reason.limit }];
    case 'not-modelled':
      return ['not-modelled', { field: fieldOf(reason, 'call') }];
    case 'cannot-follow':
    case 'unsound':
      return ['invalid-request', { field: fieldOf(reason, 'call') }];
    case 'state-too-large':
      return ['host-too-large', { limit: reason.limit }];
    case 'submission-empty':
      return ['invalid-request', {}];
    case 'submission-too-long':
      return ['invalid-request', { limit: reason.callsMax }];
    case 'queue-full':
      return ['busy', { limit: reason.callsMax, retry_after: seconds(reason.retryAfterMs) }];
    case 'signing-refused':
      return ['signing-refused', { position: reason.position }];
    case 'no-such-checkpoint':
      return ['no-such-checkpoint', { position: reason.last }];
    case 'hosts-busy':
      return ['busy', { limit: reason.hostsMax, retry_after: seconds(reason.retryAfterMs) }];
    case 'fate-unknown':
      return ['unavailable', { retry_after: seconds(reason.retryAfterMs) }];
    case 'closed':
      return ['unavailable', { retry_after: RETRY_AFTER_S }];
    default:
      return reason satisfies never;
  }
}

/** The sentence of a refusal; of a host that never was, also how one finds the hosts and makes one. */
function detailOf(refusal: LogRefusal): string {
  const host = missing(refusal);
  if (host === undefined || host.deletion !== undefined) return refusal.message;
  return (
    `${refusal.message}; GET /v1/hosts (bpfledger hosts list) lists the hosts, POST /v1/hosts ` +
    '(bpfledger hosts create) makes one'
  );
}

/** The stored bytes are not a log that this program can read. */
const isDamage = (error: unknown): error is Error =>
  error instanceof DamagedLog ||
  error instanceof UnreadableEvent ||
  error instanceof UnreadableSegment;

/** The problem for an error; an unexpected error is `internal`, and its cause is not shown. */
export function problemFrom(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof LogRefusal) {
    const [slug, details] = problemParts(error.reason);
    return new ProblemError(slug, { detail: detailOf(error), ...details });
  }
  if (error instanceof ProjectionsAhead) {
    const detail =
      `${error.message}. This host cannot be written until they are derived again: run ` +
      'bpfledger rebuild; bpfledger verify shows whether events are missing from the log';
    return new ProblemError('log-damaged', { detail, retry_after: DAMAGED_RETRY_AFTER_S });
  }
  if (isDamage(error)) {
    const detail =
      `${error.message}. This host cannot be read or written until its log is repaired: ` +
      'bpfledger verify shows where it is damaged; restore it from a backup of the database';
    return new ProblemError('log-damaged', { detail, retry_after: DAMAGED_RETRY_AFTER_S });
  }
  if (error instanceof QuestionLimit) {
    const { field, limit, message } = error;
    return invalid([{ field, message, limit }]);
  }
  const trouble = troubleOf(error);
  if (trouble !== undefined) {
    const { sentence: detail, retryAfterMs } = trouble;
    return new ProblemError('unavailable', { detail, retry_after: seconds(retryAfterMs) });
  }
  return new ProblemError('internal', { detail: 'see the log of the service' });
}
