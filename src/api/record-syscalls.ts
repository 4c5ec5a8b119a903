/** Records the call, or the list of calls, of a JSON body, and writes the answer. */
import type { Receipt } from '../events/submission.ts';
import type { Principal } from './guard/tokens.ts';
import { countRecorded } from './metrics.ts';
import { expectedHead, withCurrentTag } from './request/expected-head.ts';
import { callsOf } from './request/syscall-request.ts';
import { entityTag, fingerprint, idempotencyKey, type Requested } from './request/write-headers.ts';
import { requireMayRecord } from './route-access.ts';
import type { Service } from './service.ts';
import { eventOnWire } from './wire/event.ts';
import { eventText } from './wire/event-text.ts';

export interface SyscallsBody {
  readonly host: string;
  readonly principal: Principal;
  /** The text of the body, from which the fingerprint of a retry is made. */
  readonly text: string;
  /** The JSON value of `text`. */
  readonly value: unknown;
}

/** What a response of status 200 has, from the router and from the side door. */
export interface SyscallsAnswer {
  /** The host and the position that the answer reflects. */
  readonly etag: string;
  /** Recorded by an earlier request with the same key. */
  readonly repeated: boolean;
  /** JSON. */
  readonly body: string;
}

/** Records the calls of a body. Throws the problem of what is wrong with it. */
export async function recordSyscalls(
  service: Service,
  c: Requested,
  { host, principal, text, value }: SyscallsBody,
): Promise<SyscallsAnswer> {
  const key = idempotencyKey(c);
  const isList = Array.isArray(value);
  const calls = await callsOf({ text, value });
  for (const call of calls) requireMayRecord(principal, call);
  const { actor } = principal;
  const expected = await expectedHead(service.log, c, host);
  const submission = {
    ...{ actor, calls },
    ...(key !== undefined && { idempotency: { key, fingerprint: fingerprint(c, text) } }),
    ...(expected && { expected }),
  };
  let receipt: Receipt;
  try {
    receipt = await service.log.submit(host, submission);
  } catch (error) {
    throw await withCurrentTag(service.log, host, error);
  }
  countRecorded(service.metrics, receipt);
  const { events, mark, repeated } = receipt;
  const last = events.at(-1);
  if (last === undefined) throw new Error('a receipt without events');
  const { position } = last;
  return {
    etag: entityTag(host, { position, mark }),
    repeated,
    body: isList
      ? JSON.stringify({ host, position, events: events.map(eventOnWire) })
      : eventText(last),
  };
}
