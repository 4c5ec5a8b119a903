/**
 * What the log itself refuses, as opposed to the kernel: nothing was recorded, unless `why` is
 * `fate-unknown`. One error with a reason, so that the API maps reasons in one exhaustive table.
 */
import { unknownRelease } from '../domain/release/release.ts';

export type Why =
  | { readonly why: 'host-unknown'; readonly host: string }
  | { readonly why: 'host-exists'; readonly host: string }
  /** A branch of a branch of a branch, and so on. */
  | { readonly why: 'branch-too-deep'; readonly depthMax: number }
  | { readonly why: 'release-unknown'; readonly release: string }
  /** The log is not where the writer of the request thought it was. */
  | { readonly why: 'position-mismatch'; readonly expected: number; readonly actual: number }
  /** A position after the head was asked for. */
  | { readonly why: 'position-unknown'; readonly position: number; readonly head: number }
  /** The key was used before, for another request. */
  | { readonly why: 'idempotency-mismatch'; readonly key: string; readonly line: number }
  /** `field` of call `call` refers to an answer that it cannot use. */
  | {
      readonly why: 'reference-invalid';
      readonly call: number;
      readonly field: string;
      readonly result_of: number;
      readonly because: 'later' | 'refused';
    }
  | { readonly why: 'submission-empty' }
  | { readonly why: 'submission-too-long'; readonly calls: number; readonly callsMax: number }
  /** Too much waits to be recorded on this host. */
  | {
      readonly why: 'queue-full';
      readonly calls: number;
      readonly callsMax: number;
      readonly submissions: number;
      readonly submissionsMax: number;
      /** Of the calls, in characters. */
      readonly size: number;
      readonly sizeMax: number;
      readonly retryAfterMs: number;
    }
  /** Too many hosts are being written at once in this process. */
  | { readonly why: 'hosts-busy'; readonly hostsMax: number; readonly retryAfterMs: number }
  /** The database did not answer: whether the request was recorded is not known. */
  | { readonly why: 'fate-unknown'; readonly retryAfterMs: number }
  /** The service is shutting down. */
  | { readonly why: 'closed' };

/** Refused by the log. The message is a sentence for people; `reason` is for programs. */
export class LogRefusal extends Error {
  readonly reason: Why;

  constructor(reason: Why, options?: ErrorOptions) {
    super(sentence(reason), options);
    this.reason = reason;
  }
}

function sentence(reason: Why): string {
  switch (reason.why) {
    case 'host-unknown':
      return `there is no host ${reason.host}`;
    case 'host-exists':
      return `there is a host ${reason.host} already`;
    case 'branch-too-deep':
      return `a branch may have ${reason.depthMax} hosts below it; branch from an earlier position or host`;
    case 'release-unknown':
      return unknownRelease(reason.release);
    case 'position-mismatch':
      return `the log stands at position ${reason.actual}, not at ${reason.expected}`;
    case 'position-unknown':
      return `position ${reason.position} is after the head, which is ${reason.head}`;
    case 'idempotency-mismatch':
      return `the idempotency key ${reason.key} was used for another request; a new request needs a new key`;
    case 'reference-invalid':
      return (
        `${reason.field} of call ${reason.call} refers to the result of call ` +
        `${reason.result_of}, which ${reason.because === 'later' ? 'comes no earlier' : 'was refused'}; ` +
        'nothing was recorded'
      );
    case 'submission-empty':
      return 'there is no call to record';
    case 'submission-too-long':
      return `${reason.calls} calls at once are more than ${reason.callsMax}`;
    case 'queue-full':
      return (
        `${reason.calls} of ${reason.callsMax} calls, ${reason.submissions} of ` +
        `${reason.submissionsMax} requests and ${reason.size} of ${reason.sizeMax} bytes ` +
        'wait to be recorded on this host'
      );
    case 'hosts-busy':
      return `${reason.hostsMax} hosts are being written at once`;
    case 'fate-unknown':
      return 'the database did not answer: whether this was recorded is not known';
    case 'closed':
      return 'the log is closed';
    default:
      return reason satisfies never;
  }
}
