/**
 * What is posted to /syscalls and /plan: one call with who makes it, or a list of them; with its
 * outcome it is an observation, and a sighting is one too (docs/observations.md).
 */
import { z } from 'zod';
import { isSighting } from '../../domain/observed/sighting.ts';
import { requestedCall } from '../../events/schema/call-schema.ts';
import { u32 } from '../../events/schema/numbers.ts';
import { observedOutcome } from '../../events/schema/observed-outcome.ts';
import { reference } from '../../events/schema/reference.ts';
import { requestedSightings } from '../../events/schema/sightings.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { comm, path } from '../../events/schema/text.ts';
import type { CallRequest } from '../../events/submission.ts';
import { inOnePiece, inTurns, type Pausing } from '../../events/turns.ts';
import { invalidBy } from '../field-errors.ts';
import { CALLS_MAX, HEAVY_BODY_BYTES } from '../limits.ts';
import { invalid, WHOLE_BODY } from '../problem.ts';
import { time } from '../time.ts';
import type { JsonBody } from './body.ts';
import { fdFacts } from './fd-facts.ts';
import { observationFault } from './observation-fault.ts';

const asked = {
  pid: reference.exactOptional(),
  comm: comm.exactOptional(),
  at: time.exactOptional(),
};

const seen = {
  tid: u32.min(1).exactOptional(),
  uid: u32.exactOptional(),
  cgroup: path.exactOptional(),
  since: time.exactOptional(),
};

/** One syscall as posted. */
export const syscallRequest = strictObject({
  ...asked,
  call: requestedCall,
  outcome: observedOutcome.exactOptional(),
  ...seen,
  fds: fdFacts.exactOptional(),
}).meta({
  id: 'SyscallRequest',
  description:
    'A call and who makes it: `pid` defaults to the boot process (1), `at` to the time of arrival. ' +
    '`comm` is the name of the process, when it is not the name that the ledger knows. With an ' +
    '`outcome` it is an observation of a real kernel, and the other fields say what was seen beside it.',
});

const SIGHTINGS = requestedSightings(time);

/** A sighting as posted. */
const sightingRequest = strictObject({
  ...asked,
  call: z.union([SIGHTINGS.found, SIGHTINGS.gone, SIGHTINGS.lost]),
  ...seen,
}).meta({
  id: 'SightingRequest',
  description: 'What a recorder knows that no call shows, and of which process.',
});

/** One thing as posted, for the document. */
export const postedRequest = z.union([syscallRequest, sightingRequest]);

export const syscallRequests = z.array(postedRequest).min(1).max(CALLS_MAX).meta({
  id: 'SyscallRequests',
  description: 'Calls that are recorded together, all or none.',
});

/** A call that is asked of the model, as one function: a busy ledger parses little else. */
const compiledAsked = z.compile(strictObject({ ...asked, call: requestedCall }), { strict: true });
const compiledRequest = z.compile(syscallRequest, { strict: true });

/** One posted call. Throws the problem of what is wrong with it. */
export function oneSyscall(value: unknown, prefix = ''): CallRequest {
  const sighting = sightingIn(value);
  if (sighting !== undefined) return oneSighting(value, sighting, prefix);
  if (!isObserved(value)) {
    const parsed = compiledAsked.safeParse(value);
    if (parsed.success) return parsed.data;
  }
  return oneObservation(value, prefix);
}

/** Also what is wrong with a call that is none: its fields are told of among all. */
function oneObservation(value: unknown, prefix: string): CallRequest {
  if (isBareCall(value)) {
    const field = prefix === '' ? 'call' : `${prefix}.call`;
    const message = 'is missing: put `name` and the fields of the call inside `call`';
    throw invalid([{ field, message }]);
  }
  const parsed = compiledRequest.safeParse(value);
  if (!parsed.success) throw invalidBy(parsed.error, prefix);
  const request: CallRequest =
    parsed.data.outcome === undefined ? parsed.data : withoutGuess(parsed.data, value);
  return requireConsistent(request, prefix);
}

function requireConsistent(request: CallRequest, prefix: string): CallRequest {
  const fault = observationFault(request);
  if (fault === undefined) return request;
  const { field, ...rest } = fault;
  throw invalid([{ field: prefix === '' ? field : `${prefix}.${field}`, ...rest }]);
}

/** The tag of a program whose instructions were not seen is not known; only the model has its own. */
function withoutGuess(request: CallRequest, value: unknown): CallRequest {
  const { call } = request;
  const { insns, tag } = (value as { readonly call: Readonly<Record<string, unknown>> }).call;
  if (call.name !== 'prog_load' || insns !== undefined || tag !== undefined) return request;
  const { tag: _, ...known } = call;
  return { ...request, call: known };
}

function isBareCall(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'name' in value && !('call' in value);
}

function isObserved(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'outcome' in value;
}

/** The name of the sighting that is posted, if it is one. */
function sightingIn(value: unknown): keyof typeof SIGHTINGS | undefined {
  if (typeof value !== 'object' || value === null || !('call' in value)) return undefined;
  const { call } = value;
  const isOne = typeof call === 'object' && call !== null && isSighting(call);
  return isOne ? call.name : undefined;
}

/** Parsed by its own schema: a union would tell of every variant that does not fit. */
function oneSighting(value: unknown, name: keyof typeof SIGHTINGS, prefix: string): CallRequest {
  const schema = strictObject({ ...asked, call: SIGHTINGS[name], ...seen });
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidBy(parsed.error, prefix);
  return requireConsistent(parsed.data, prefix);
}

/** The calls of a body, one or a list. Throws the problem of its first wrong call. */
export async function callsOf({ text, value }: JsonBody): Promise<CallRequest[]> {
  if (!Array.isArray(value)) return [oneSyscall(value)];
  const calls = syscallList(value);
  return text.length > HEAVY_BODY_BYTES ? inTurns(calls) : inOnePiece(calls);
}

/** Calls that are asked of the model. Throws the problem of the first that tells an answer. */
export async function plannedCallsOf(body: JsonBody): Promise<CallRequest[]> {
  const calls = await callsOf(body);
  const index = calls.findIndex(({ call, outcome }) => outcome !== undefined || isSighting(call));
  if (index < 0) return calls;
  const field = isSighting(calls[index]?.call ?? {}) ? 'call' : 'outcome';
  const message =
    'is known already; a plan asks what the model answers. Record it, or leave it out';
  throw invalid([{ field: Array.isArray(body.value) ? `${index}.${field}` : field, message }]);
}

function* syscallList(values: readonly unknown[]): Pausing<CallRequest[]> {
  if (values.length < 1 || values.length > CALLS_MAX) {
    const message = `must be a list of 1…${CALLS_MAX} calls, not ${values.length}`;
    throw invalid([{ field: WHOLE_BODY, message, limit: CALLS_MAX }]);
  }
  const calls: CallRequest[] = [];
  // One by one, so that a hundred wrong calls do not make a hundred errors.
  for (const [index, value] of values.entries()) {
    calls.push(oneSyscall(value, String(index)));
    yield;
  }
  return calls;
}
