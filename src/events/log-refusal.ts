/**
 * Refusals by the log, not by the kernel: nothing was recorded, unless `why` is
 * `fate-unknown`. One error with a reason, so that the API maps reasons in one exhaustive table.
 */
import { countText } from '../domain/count-text.ts';
import type { ConfigFault } from '../domain/release/config.ts';
import { unknownRelease } from '../domain/release/release.ts';
import type { PassedLimit } from '../domain/size.ts';
import { rfc3339 } from './encoding/rfc3339.ts';

/** That a host was deleted, by its owner. */
export interface Deletion {
  /** Microseconds since the epoch. */
  readonly at: number;
  /** Who deleted it. */
  readonly actor: string;
  /** Events that were removed with it. */
  readonly events: number;
}

export type Why =
  | { readonly why: 'no-such-host'; readonly host: string; readonly deletion?: Deletion }
  | { readonly why: 'host-exists'; readonly host: string }
  /** A branch of a branch of a branch, and so on. */
  | { readonly why: 'branch-too-deep'; readonly depthMax: number }
  /** The database is distributed by host, and a branch would read rows of several. */
  | { readonly why: 'branches-unsupported' }
  | { readonly why: 'unknown-release'; readonly release: string }
  /** The head of the log is not at the position that the request expects. */
  | { readonly why: 'position-changed'; readonly expected: number; readonly actual: number }
  /** The head is at this position, but after other events than the request knows. */
  | { readonly why: 'history-changed'; readonly position: number }
  /** The request names a position after the head. */
  | { readonly why: 'no-such-position'; readonly position: number; readonly head: number }
  /** The log was cut: the position is before `oldest`, the first that is kept. */
  | { readonly why: 'position-removed'; readonly position: number; readonly oldest: number }
  /** The key was used before, for another request. */
  | { readonly why: 'idempotency-mismatch'; readonly key: string; readonly line: number }
  /** `field` of call `call` refers to an answer that it cannot use. */
  | {
      readonly why: 'bad-reference';
      readonly call: number;
      readonly field: string;
      readonly result_of: number;
      readonly because: 'later' | 'refused';
    }
  /** `call` of `calls` has a time that is too far ahead, in `field`. */
  | {
      readonly why: 'at-ahead';
      readonly field: 'at' | 'call.from' | 'call.to';
      readonly call: number;
      readonly calls: number;
      readonly aheadMaxS: number;
    }
  /** The configuration of a boot is not one that a host can have. */
  | { readonly why: 'config-invalid'; readonly fault: ConfigFault }
  /** `call` of `calls` makes the state larger than a host may be. */
  | (PassedLimit & {
      readonly why: 'host-too-large';
      readonly call: number;
      readonly calls: number;
    })
  /** What a kernel says to `call` of `calls` is not modelled. */
  | {
      readonly why: 'not-modelled';
      readonly sentence: string;
      readonly call: number;
      readonly calls: number;
    }
  /** The model comes to a state that cannot be with observation `call` of `calls`: a bug of it. */
  | {
      readonly why: 'cannot-follow';
      readonly because: string;
      readonly call: number;
      readonly calls: number;
    }
  /** Observation `call` of `calls` would make an event with a number or a name that no log holds. */
  | {
      readonly why: 'unsound';
      readonly fault: string;
      readonly call: number;
      readonly calls: number;
    }
  /** The log holds, from an event on, a state that is larger than a host may be. */
  | {
      readonly why: 'state-too-large';
      readonly position: number;
      readonly limit: number;
    }
  | { readonly why: 'submission-empty' }
  | { readonly why: 'submission-too-long'; readonly calls: number; readonly callsMax: number }
  /** Too many calls wait to be recorded on this host. */
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
  /** The log does not hold what was signed before, so its head is not signed. */
  | {
      readonly why: 'signing-refused';
      readonly host: string;
      readonly position: number;
      readonly because: string;
    }
  /** No checkpoint that states a tree covers the position; `last` is that of the last one, or 0. */
  | { readonly why: 'no-such-checkpoint'; readonly position: number; readonly last: number }
  /** Too many hosts are being written concurrently in this process. */
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

/** The end of the sentence about a host that is not there. */
function deletionText(deletion: Deletion | undefined): string {
  if (deletion === undefined) return '';
  const { at, actor, events } = deletion;
  return `: it was deleted at ${rfc3339(at)} by ${actor}, with ${countText(events, 'event')}`;
}

/** Which of several calls. */
function ofCall(
  words: string,
  { call, calls }: { readonly call: number; readonly calls: number },
): string {
  return calls === 1 ? '' : `${words} ${call}`;
}

/** Whether the log does not hold what was signed before. */
export function isSigningRefused(error: unknown): error is LogRefusal {
  return error instanceof LogRefusal && error.reason.why === 'signing-refused';
}

/** Whether a position was removed from a log that was cut. */
export function isRemoved(error: unknown): error is LogRefusal {
  return error instanceof LogRefusal && error.reason.why === 'position-removed';
}

/** The refusal of a host that is not there; undefined for any other error. */
export function missing(error: unknown): (Why & { readonly why: 'no-such-host' }) | undefined {
  if (!(error instanceof LogRefusal)) return undefined;
  return error.reason.why === 'no-such-host' ? error.reason : undefined;
}

function sentence(reason: Why): string {
  switch (reason.why) {
    case 'no-such-host':
      return `there is no host ${reason.host}${deletionText(reason.deletion)}`;
    case 'host-exists':
      return `there is a host ${reason.host} already, or a dropped branch that keeps its name; choose another name`;
    case 'branch-too-deep':
      return `a branch has at most ${reason.depthMax} ancestors; branch from an earlier position or host`;
    case 'branches-unsupported':
      return 'this database is distributed by host and has no branches (docs/citus.md)';
    case 'unknown-release':
      return unknownRelease(reason.release);
    case 'position-changed':
      return `the head of the log is at position ${reason.actual}, not at ${reason.expected}`;
    case 'history-changed':
      return (
        `the head of the log is at position ${reason.position}, but its events are others: the log ` +
        'went back, and later events took the place of the lost ones'
      );
    case 'no-such-position':
      return (
        `position ${reason.position} is after the head, which is ${reason.head}: ask for ` +
        `${reason.head} or an earlier one`
      );
    case 'position-removed':
      return (
        `position ${reason.position} was removed: the log was cut, and the oldest position that is ` +
        `kept is ${reason.oldest}: ask for ${reason.oldest} or a later one`
      );
    case 'idempotency-mismatch':
      return `the idempotency key ${reason.key} was used for another request; a new request needs a new key`;
    case 'bad-reference':
      return (
        `${reason.field} of call ${reason.call} refers to the result of call ` +
        `${reason.result_of}, which ${reason.because === 'later' ? 'is not an earlier call' : 'was refused'}; ` +
        'nothing was recorded'
      );
    case 'at-ahead':
      return (
        `\`${reason.field}\`${ofCall(' of call', reason)} is more than ${reason.aheadMaxS} s ahead of the clock of ` +
        'the service; correct the clock that it comes from, or leave it out; nothing was recorded'
      );
    case 'config-invalid':
      return `config.${reason.fault.field}: ${reason.fault.message}`;
    case 'host-too-large':
      return (
        `after ${ofCall('call', reason) || 'this call'} there would be more than ${reason.limit} ${reason.what}; close, ` +
        'exit or remove something first, or use another host; nothing was recorded'
      );
    case 'not-modelled':
      return `${ofCall('call', reason)}${reason.calls > 1 ? ': ' : ''}${reason.sentence}; nothing was recorded`;
    case 'cannot-follow':
      return (
        `the model cannot follow ${ofCall('call', reason) || 'this call'} (${reason.because}), which is a bug ` +
        'of bpfledger: leave the call out, or record `lost` in its place; nothing was recorded'
      );
    case 'unsound':
      return (
        `${ofCall('call', reason) || 'this call'} would make an event that nobody could import (${reason.fault}): no ` +
        'kernel gives such a number or name; correct it, or leave the call out; nothing was recorded'
      );
    case 'state-too-large':
      return (
        `from position ${reason.position} on the state has more than ${reason.limit} rows, the most ` +
        `that this service holds: read it at an earlier position, or branch from one; you can ` +
        'still read and export the events'
      );
    case 'submission-empty':
      return 'there is no call to record';
    case 'submission-too-long':
      return `${reason.calls} calls in one request are more than ${reason.callsMax}`;
    case 'queue-full':
      return (
        `${reason.calls} of ${reason.callsMax} calls, ${reason.submissions} of ` +
        `${reason.submissionsMax} requests and ${reason.size} of ${reason.sizeMax} bytes ` +
        'wait to be recorded on this host'
      );
    case 'signing-refused':
      return (
        `the log of ${reason.host} is not signed: ${reason.because}. What was signed is kept in the ` +
        "service's data folder (signed-heads.jsonl): a service on another database needs a folder of " +
        `its own (--data-dir), and a restore that is meant wants bpfledger checkpoint accept ${reason.host}`
      );
    case 'no-such-checkpoint':
      return (
        `no checkpoint covers position ${reason.position}` +
        (reason.last === 0 ? '' : ` (the last one is of ${reason.last})`) +
        ': sign the log when it has that position, by bpfledger checkpoint HOST'
      );
    case 'hosts-busy':
      return `${countText(reason.hostsMax, 'host is', 'hosts are')} being written concurrently, the most that this service takes`;
    case 'fate-unknown':
      return 'the database did not answer: whether this was recorded is not known';
    case 'closed':
      return 'the log is closed';
    default:
      return reason satisfies never;
  }
}
