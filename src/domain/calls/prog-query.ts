/** PROG_QUERY: semantics §10 (`bpf_prog_query`, `__cgroup_bpf_query`). */
import { type AttachType, attachTypeNumber, attachTypeOf } from '../attach-type.ts';
import { readFd, readField } from '../attr.ts';
import type { Calls } from '../call.ts';
import { type Caller, cgroupAt, fileAt } from '../caller.ts';
import { type Decision, isRefused, refusal } from '../decision.ts';
import { arraysOfHooks, effectiveArray } from '../effective.ts';
import { cgroupProgType, foreignProgType } from '../fits.ts';
import { flagWord, MODE_FLAGS, QUERY_FLAG_BITS } from '../flags.ts';
import { foreignTarget, isInterfaceHook, isSockmapHook } from '../foreign-hooks.ts';
import type { BpfMap, Cgroup } from '../kernel.ts';
import { listOf, progIdOf } from '../list.ts';
import { hasHooks } from '../lsm-hooks.ts';
import type { QueryOutputs, Refusal } from '../outcome.ts';
import { netAdminFirst } from '../privilege.ts';
import type { Switches } from '../release/switches.ts';

/** Default room for ids. */
export const PROG_CNT_DEFAULT = 128;

const REVISION_END = 64;

interface QueryAttr {
  readonly target: number;
  readonly type: AttachType;
  readonly flags: number;
  readonly hasIds: boolean;
  readonly room: number;
  readonly wantsFlags: boolean;
  readonly size: number;
}

export function progQuery(caller: Caller, call: Calls['prog_query'], target: number): Decision {
  const { switches } = caller.kernel;
  const attr = queryAttr(call, target);
  const untouched: QueryOutputs = {
    prog_cnt: call.prog_cnt ?? PROG_CNT_DEFAULT,
    prog_ids: [],
    attach_flags: 0,
    ...(call.prog_attach_flags === true ? { prog_attach_flags: [] } : {}),
  };
  const early = checkAttr(caller, attr);
  if (early !== undefined) return refuseQuery(early, untouched);
  const { type } = attr;
  if (cgroupProgType(switches, type) === undefined) {
    return otherSubsystem(caller, attr, untouched);
  }
  const cgroup = cgroupAt(caller, attr.target);
  if (isRefused(cgroup)) return refuseQuery(cgroup, untouched);
  const effective = (attr.flags & QUERY_FLAG_BITS.effective) !== 0;
  if (hasHooks(type)) {
    // Only a query that would write ids asks for the flags of each (`__cgroup_bpf_query`).
    const wantsIds = attr.room > 0 && attr.hasIds;
    const refused = effective ? refusesFlagsBuffer(caller, attr) : wantsIds && !attr.wantsFlags;
    if (!refused) return queryHooks(caller, attr, cgroup, { effective, untouched });
    return refuseQuery(refusal('EINVAL', 'lsm-query-needs-flags-buffer', {}), untouched);
  }
  if (effective && refusesFlagsBuffer(caller, attr)) {
    return refuseQuery(refusal('EINVAL', 'effective-query-takes-no-flags-buffer', {}), untouched);
  }
  return answerQuery(caller, attr, cgroup, effective, untouched);
}

function queryAttr(call: Calls['prog_query'], target: number): QueryAttr {
  const size = call.attr_size ?? 4096;
  const type = readField(attachTypeNumber(call.attach_type), 4, 4, size);
  return {
    target: readFd(target, 0, size),
    type: size >= 8 ? call.attach_type : attachTypeOf(type),
    flags: readField(flagWord(call.query_flags), 8, 4, size),
    hasIds: call.null_prog_ids !== true && size > 16,
    room: readField(call.prog_cnt ?? PROG_CNT_DEFAULT, 24, 4, size),
    wantsFlags: call.prog_attach_flags === true && size > 32,
    size,
  };
}

function checkAttr(caller: Caller, attr: QueryAttr): Refusal | undefined {
  const { switches } = caller.kernel;
  const passGate = netAdminFirst(caller, 'prog_query');
  if (passGate !== undefined) return passGate;
  if (attr.wantsFlags && switches.prog_query_attr_end < 40) {
    return refusal('EINVAL', 'bytes-after-last-field', { last_byte: switches.prog_query_attr_end });
  }
  if ((attr.flags & ~QUERY_FLAG_BITS.effective) !== 0) {
    return refusal('EINVAL', 'flags-unknown', { flags: attr.flags });
  }
  return undefined;
}

/**
 * LSM_CGROUP: the programs of all hooks, one hook behind the other, with the flags of each and without
 * those of the whole. An effective query looks at the last hook alone to see whether the buffer was
 * too short.
 */
function queryHooks(
  { kernel }: Caller,
  attr: QueryAttr,
  cgroup: Cgroup,
  { effective, untouched }: { readonly effective: boolean; readonly untouched: QueryOutputs },
): Decision {
  const { entries, parts = [] } = listOf(cgroup, attr.type);
  const arrays = effective ? arraysOfHooks(kernel, cgroup, attr.type) : [];
  const ids = effective
    ? arrays.flat().map((slot) => slot.prog_id)
    : entries.map((entry) => progIdOf(kernel, entry));
  const written = attr.room > 0 && attr.hasIds ? ids.slice(0, attr.room) : [];
  const flags = parts.flatMap((part) => Array<number>(part.entries).fill(MODE_FLAGS[part.mode]));
  const query: QueryOutputs = {
    ...untouched,
    prog_cnt: ids.length,
    prog_ids: written,
    ...(attr.wantsFlags && { prog_attach_flags: flags.slice(0, written.length) }),
  };
  const isShort = written.length > 0 && written.length < ids.length;
  if (isShort && !(effective && endsWithArray(arrays, written.length))) {
    const about = { room: attr.room, programs: ids.length };
    return refuseQuery(refusal('ENOSPC', 'query-buffer-short', about), query);
  }
  return { outcome: { ret: 0, query }, effects: [] };
}

/** Whether a number of programs is that of whole arrays. */
function endsWithArray(arrays: readonly (readonly unknown[])[], count: number): boolean {
  let end = 0;
  for (const { length } of arrays) {
    end += length;
    if (end >= count) break;
  }
  return end === count;
}

/** Hooks of other subsystems. */
function otherSubsystem(caller: Caller, attr: QueryAttr, untouched: QueryOutputs): Decision {
  const { switches } = caller.kernel;
  const { type } = attr;
  if (isInterfaceHook(type) && foreignProgType(switches, type) !== undefined) {
    return refuseQuery(foreignTarget(type), untouched);
  }
  const target = fileAt(caller, attr.target);
  if (attr.flags === 0 && looksAtTarget(switches, type)) {
    if (target === undefined) {
      return refuseQuery(refusal('EBADF', 'target-fd-not-open', { fd: attr.target }), untouched);
    }
    const map = target.kind === 'map' ? caller.kernel.maps.get(target.id) : undefined;
    if (map !== undefined && isSockmapHook(type)) return queryMap(map, untouched);
  }
  return refuseQuery(refusal('EINVAL', 'attach-type-unknown', { attach_type: type }), untouched);
}

/** What a map says of its programs: a sockmap has none here, and others cannot have any (`sock_map_bpf_prog_query`). */
function queryMap({ id: map_id, map_type }: BpfMap, untouched: QueryOutputs): Decision {
  const query: QueryOutputs = { ...untouched, prog_cnt: 0, attach_flags: 0 };
  if (map_type === 'sockmap' || map_type === 'sockhash') {
    return { outcome: { ret: 0, query }, effects: [] };
  }
  const about = { map_id, map_type, call: 'prog_query' };
  return refuseQuery(refusal('EOPNOTSUPP', 'map-lacks-command', about), query);
}

/** Hooks of network namespaces and sockmaps look up their own kind of target. */
function looksAtTarget(switches: Switches, type: AttachType): boolean {
  if (foreignProgType(switches, type) === undefined) return false;
  if (type === 'flow_dissector' || type === 'sk_lookup') return true;
  return isSockmapHook(type) && switches.sockmap_query;
}

/** Since 6.1 an effective query hands out no flags: neither the list's nor those of each (D18). */
function refusesFlagsBuffer(caller: Caller, attr: QueryAttr): boolean {
  return attr.wantsFlags && !caller.kernel.switches.effective_query_reports_mode;
}

function answerQuery(
  caller: Caller,
  attr: QueryAttr,
  cgroup: Cgroup,
  effective: boolean,
  untouched: QueryOutputs,
): Decision {
  const { kernel } = caller;
  const { switches } = kernel;
  const list = listOf(cgroup, attr.type);
  const ids = effective
    ? effectiveArray(kernel, cgroup, attr.type).map((slot) => slot.prog_id)
    : list.entries.map((entry) => progIdOf(kernel, entry));
  const mode = MODE_FLAGS[list.mode];
  const writesIds = attr.room > 0 && attr.hasIds && ids.length > 0;
  const written = writesIds ? ids.slice(0, attr.room) : [];
  const query: QueryOutputs = {
    prog_cnt: ids.length,
    prog_ids: written,
    attach_flags: effective && !switches.effective_query_reports_mode ? 0 : mode,
    ...(untouched.prog_attach_flags === undefined
      ? {}
      : { prog_attach_flags: attr.wantsFlags ? written.map(() => mode) : [] }),
    ...(writesRevision(caller, attr) ? { revision: effective ? 0 : list.revision } : {}),
  };
  if (writesIds && attr.room < ids.length) {
    const about = { room: attr.room, programs: ids.length };
    return refuseQuery(refusal('ENOSPC', 'query-buffer-short', about), query);
  }
  return { outcome: { ret: 0, query }, effects: [] };
}

function writesRevision(caller: Caller, attr: QueryAttr): boolean {
  const { switches } = caller.kernel;
  if (!switches.revisions) return false;
  return attr.size >= REVISION_END || switches.query_writes_revision_past_attr;
}

function refuseQuery(refused: Refusal, query: QueryOutputs): Decision {
  return { outcome: { ...refused, query }, effects: [] };
}
