/** What contradicts itself in an observation, before any state is looked at. */
import type { Call } from '../../domain/call.ts';
import { fdFieldsOf } from '../../domain/observed/fd-fields.ts';
import type { FdFact } from '../../domain/observed/observation.ts';
import { outputsOf, returnedKinds, returnKind } from '../../domain/observed/returns.ts';
import { isSighting, type Sighting } from '../../domain/observed/sighting.ts';
import type { Success } from '../../domain/outcome.ts';
import { CGROUP_ID_MAX } from '../../domain/release/config.ts';
import { U32_MAX } from '../../events/schema/numbers.ts';
import type { CallRequest } from '../../events/submission.ts';

interface FieldFault {
  readonly field: string;
  readonly message: string;
  readonly limit?: number;
}

/** What is only told of a call whose outcome is told. */
const SEEN = ['tid', 'uid', 'cgroup', 'since', 'fds'] as const;

/** The first contradiction of a request, if it has one. */
export function observationFault(request: CallRequest): FieldFault | undefined {
  const { outcome, call } = request;
  if (isSighting(call)) {
    return callerFault(request) ?? sightingFault(call);
  }
  if (outcome === undefined) {
    const field = SEEN.find((name) => request[name] !== undefined);
    return field && { field, message: 'goes with an outcome: without one the model answers' };
  }
  const fault = callerFault(request) ?? factFault(request.fds);
  if (fault !== undefined) return fault;
  if (call.name === 'boot') throw new Error('a boot is not posted as a call');
  if ('errno' in outcome) return undefined;
  // References to earlier answers are not numbers, and equal none.
  const asked = call as Call;
  return (
    returnFault(asked, outcome, request.pid) ??
    outputFault(asked, outcome) ??
    returnedFactFault(asked, outcome, request.fds?.[outcome.ret]) ??
    idFault('cgroup', outcome.cgroup_id, 'outcome.cgroup_id')
  );
}

function callerFault({ pid, since, at }: CallRequest): FieldFault | undefined {
  if (typeof pid === 'number' && pid < 1) return { field: 'pid', message: 'must be at least 1' };
  if (since === undefined || at === undefined || since <= at) return undefined;
  return { field: 'since', message: 'must not be after `at`' };
}

function sightingFault(sighting: Sighting): FieldFault | undefined {
  if ('cgroup' in sighting && 'id' in sighting.cgroup) {
    return idFault('cgroup', sighting.cgroup.id, 'call.cgroup.id');
  }
  if (sighting.name !== 'found' || !('fd' in sighting)) return undefined;
  return idFault(sighting.fd.kind, sighting.fd.id, 'call.fd.id');
}

function factFault(facts: CallRequest['fds'] = {}): FieldFault | undefined {
  for (const [fd, { kind, id }] of Object.entries(facts)) {
    const fault = idFault(kind, id, `fds.${fd}.id`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Ids of cgroups above the limit are the log's own; those of objects have 32 bits. */
function idFault(
  kind: FdFact['kind'],
  id: number | undefined,
  field: string,
): FieldFault | undefined {
  if (id === undefined || kind === 'bpffs' || kind === 'other') return undefined;
  const limit = kind === 'cgroup' ? CGROUP_ID_MAX : U32_MAX;
  if (id <= limit) return undefined;
  return { field, message: `must be at most ${limit}; leave out an id that is not known`, limit };
}

function returnFault(call: Call, { ret }: Success, pid: unknown): FieldFault | undefined {
  const field = 'outcome.ret';
  switch (returnKind(call)) {
    case 'zero':
      return ret === 0
        ? undefined
        : { field, message: `must be 0, since ${call.name} returns nothing` };
    case 'pid':
      if (ret < 1) return { field, message: 'must be the pid of the child, from 1 on' };
      return ret === pid
        ? { field, message: 'is the pid of the caller, not of a child' }
        : undefined;
    case 'asked':
      return 'to_fd' in call && ret === call.to_fd
        ? undefined
        : { field, message: 'must be `to_fd`' };
    case 'fd': {
      const named = fdFieldsOf(call).find(([, fd]) => fd === ret)?.[0];
      if (named === undefined) return undefined;
      return { field, message: `is the ${named} that the call names, so it was open before` };
    }
    default:
      return undefined;
  }
}

function outputFault(call: Call, { ret: _, ...outputs }: Success): FieldFault | undefined {
  const known: readonly string[] = outputsOf(call.name);
  for (const [name, value] of Object.entries(outputs)) {
    const field = `outcome.${name}`;
    if (!known.includes(name)) {
      const listed = known.length === 0 ? 'nothing but ret' : `ret, ${known.join(', ')}`;
      return { field, message: `is not an output of ${call.name}; its outputs are ${listed}` };
    }
    // An object that was asked for by its id.
    if (name in call && (call as Readonly<Record<string, unknown>>)[name] !== value) {
      return { field, message: `is not the ${name} that the call asks for` };
    }
  }
  const ids = Object.keys(outputs).filter((name) => name.endsWith('_id') && name !== 'next_id');
  if (ids.length < 2) return undefined;
  return { field: `outcome.${ids[1]}`, message: `contradicts ${ids[0]}: a call gives one object` };
}

/** What is told of the returned fd is told of the object: it must be the one that the call gives. */
function returnedFactFault(
  call: Call,
  outcome: Success,
  fact: FdFact | undefined,
): FieldFault | undefined {
  if (fact === undefined || returnKind(call) !== 'fd') return undefined;
  const field = `fds.${outcome.ret}`;
  const { kind, id, path } = fact;
  const kinds = returnedKinds(call.name);
  if (!kinds.includes(kind)) {
    return {
      field,
      message: `is a ${kind}, but ${call.name} returns an fd on ${kinds.join(', ')}`,
    };
  }
  const name = `${kind}_id`;
  const { ret: _, ...outputs } = outcome;
  const given = Object.entries({ ...call, ...outputs }).find(([key]) => isReturnedId(call, key));
  if (given !== undefined) {
    const [givenName, givenId] = given;
    if (givenName !== name)
      return { field, message: `is a ${kind}, but the call gives ${givenName}` };
    if (id !== undefined && id !== givenId) {
      return { field, message: `is ${kind} ${id}, but ${call.name} returns ${kind} ${givenId}` };
    }
  }
  if (call.name !== 'open_cgroup' || path === undefined || path === call.path) return undefined;
  return { field, message: `is cgroup ${path}, but the call opens ${call.path}` };
}

/** Whether a field of a call or of its outcome is the id of the object that the call gives. */
function isReturnedId(call: Call, field: string): boolean {
  const outputs: readonly string[] = outputsOf(call.name);
  return field.endsWith('_id') && outputs.includes(field);
}
