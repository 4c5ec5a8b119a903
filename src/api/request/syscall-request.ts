/** What is posted to /syscalls and /plan: one call with who makes it, or a list of them. */
import { z } from 'zod';
import { microsOf } from '../../events/encoding/rfc3339.ts';
import { requestedCall } from '../../events/schema/call-schema.ts';
import { reference } from '../../events/schema/reference.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { comm } from '../../events/schema/text.ts';
import { inOnePiece, inTurns, type Pausing } from '../../events/turns.ts';
import { invalidBy } from '../field-errors.ts';
import { CALLS_MAX, HEAVY_BODY_BYTES } from '../limits.ts';
import { invalid } from '../problem.ts';
import type { JsonBody } from './body.ts';

/** A time in a request; the output is in microseconds since the epoch. */
export const time = z
  .string()
  .transform((text, context) => {
    const micros = microsOf(text);
    if (micros !== undefined && micros >= 0) return micros;
    context.addIssue({ code: 'custom', message: 'must be an RFC 3339 time since 1970' });
    return z.NEVER;
  })
  .meta({ id: 'Time', description: 'An RFC 3339 time.', type: 'string', format: 'date-time' });

/** One syscall as posted. */
export const syscallRequest = strictObject({
  pid: reference.exactOptional(),
  comm: comm.exactOptional(),
  at: time.exactOptional(),
  call: requestedCall,
}).meta({
  id: 'SyscallRequest',
  description:
    'A call and who makes it: `pid` defaults to the boot process (1), `at` to the time of arrival. ' +
    '`comm` is the name of the process, when it is not the name that the ledger knows.',
});

export const syscallRequests = z.array(syscallRequest).min(1).max(CALLS_MAX).meta({
  id: 'SyscallRequests',
  description: 'Calls that are recorded together, all or none.',
});

export type SyscallRequest = z.output<typeof syscallRequest>;

/** The schema as one function: what a busy ledger parses all day. */
const compiledRequest = z.compile(syscallRequest, { strict: true });

/** One posted call. Throws the problem of what is wrong with it. */
export function oneSyscall(value: unknown, prefix = ''): SyscallRequest {
  const parsed = compiledRequest.safeParse(value);
  if (!parsed.success) throw invalidBy(parsed.error, prefix);
  return parsed.data;
}

/** The calls of a body, one or a list. Throws the problem of its first wrong call. */
export async function callsOf({ text, value }: JsonBody): Promise<SyscallRequest[]> {
  if (!Array.isArray(value)) return [oneSyscall(value)];
  const checked = syscallList(value);
  return text.length > HEAVY_BODY_BYTES ? inTurns(checked) : inOnePiece(checked);
}

function* syscallList(values: readonly unknown[]): Pausing<SyscallRequest[]> {
  if (values.length < 1 || values.length > CALLS_MAX) {
    const message = `the list must have 1…${CALLS_MAX} calls, not ${values.length}`;
    throw invalid([{ field: '', message, limit: CALLS_MAX }]);
  }
  const calls: SyscallRequest[] = [];
  // Each on its own, so that a hundred broken calls do not make a hundred errors.
  for (const [index, value] of values.entries()) {
    calls.push(oneSyscall(value, String(index)));
    yield;
  }
  return calls;
}
