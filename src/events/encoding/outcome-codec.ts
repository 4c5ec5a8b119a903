/**
 * Outcomes in an event's text: the return value alone where there is nothing else to say (the
 * usual case), a list that starts with it, or a list that starts with the negated errno.
 */
import { ERRNO_NUMBERS, type Errno } from '../../domain/errno.ts';
import {
  isRefusal,
  type Outcome,
  type QueryOutputs,
  type Refusal,
  type Success,
} from '../../domain/outcome.ts';
import {
  bool,
  type FieldCoder,
  type Json,
  mapKey,
  plain,
  sortedCoder,
  UnreadableEvent,
} from './field-coder.ts';
import { fieldList } from './field-list.ts';

const queryFields = fieldList<QueryOutputs>({
  prog_cnt: plain(),
  prog_ids: plain(),
  attach_flags: plain(),
  revision: plain(),
  prog_attach_flags: plain(),
});

const query: FieldCoder<QueryOutputs> = {
  encode(outputs) {
    const list: Json[] = [];
    queryFields.write(outputs, list);
    return list;
  },
  decode(json) {
    const outputs = {};
    queryFields.read(json as readonly Json[], 0, outputs);
    return outputs as QueryOutputs;
  },
};

/** What a success hands back beside its return value; append only. */
export const OUTPUT_FIELDS = fieldList<Omit<Success, 'ret'>>({
  query,
  info: sortedCoder(),
  next_id: plain(),
  next_key: mapKey,
  value: plain(),
  lost: bool(),
  prog_id: plain(),
  link_id: plain(),
  map_id: plain(),
  cgroup_id: plain(),
  verified: bool(),
  batch: sortedCoder(),
});

/** What a refusal has beside its errno; append only. */
export const REFUSAL_FIELDS = fieldList<Omit<Refusal, 'errno'>>({
  rule: plain(),
  about: sortedCoder(),
  stage: plain(),
  query,
  batch: sortedCoder(),
});

const ERRNO_NAMES = new Map(
  Object.entries(ERRNO_NUMBERS).map(([name, n]) => [n as number, name as Errno]),
);

export function encodeOutcome(outcome: Outcome): Json {
  if (isRefusal(outcome)) {
    const list: Json[] = [-ERRNO_NUMBERS[outcome.errno]];
    REFUSAL_FIELDS.write(outcome, list);
    return list;
  }
  const list: Json[] = [outcome.ret];
  OUTPUT_FIELDS.write(outcome, list);
  return list.length === 1 ? outcome.ret : list;
}

export function decodeOutcome(json: Json): Outcome {
  if (typeof json === 'number') return { ret: json };
  const list = json as readonly Json[];
  const first = list[0] as number;
  if (first < 0) {
    const errno = ERRNO_NAMES.get(-first);
    if (errno === undefined) throw new UnreadableEvent(`no errno has the number ${-first}`);
    const refusal = { errno };
    REFUSAL_FIELDS.read(list, 1, refusal);
    return refusal as Refusal;
  }
  const success = { ret: first };
  OUTPUT_FIELDS.read(list, 1, success);
  return success;
}

/** Whether `encodeOutcome` gives this for what `decodeOutcome` makes of it. */
export function isCanonicalOutcome(json: Json): boolean {
  if (typeof json === 'number') return true;
  if (!Array.isArray(json)) return false;
  const list: readonly Json[] = json;
  if ((list[0] as number) < 0) return REFUSAL_FIELDS.isCanonical(list, 1);
  return list.length > 1 && OUTPUT_FIELDS.isCanonical(list, 1);
}
