/** Outcomes as the ledger holds them; the compiler proves that they are the domain's. */
import { z } from 'zod';
import { ERRNO_NUMBERS, type Errno } from '../../domain/errno.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { RULES, type RuleName } from '../../domain/rules.ts';
import { attachType } from './attach-type.ts';
import { u32, u64 } from './numbers.ts';
import { mapType, progType } from './object-types.ts';
import type { Same } from './same-type.ts';
import { strictObject } from './strict-object.ts';
import { recordedText } from './text.ts';
import { mapKey, RECORDED } from './vocabulary.ts';

const n = z.int();

const queryOutputs = strictObject({
  prog_cnt: n,
  prog_ids: z.array(n),
  attach_flags: n,
  prog_attach_flags: z.array(n).exactOptional(),
  revision: n.exactOptional(),
}).meta({ id: 'QueryOutputs' });

const objectInfo = z
  .discriminatedUnion('kind', [
    strictObject({
      kind: z.literal('link'),
      id: n,
      prog_id: n,
      cgroup_id: n,
      attach_type: attachType,
    }),
    strictObject({
      kind: z.literal('prog'),
      id: n,
      prog_type: progType,
      tag: recordedText,
      prog_name: recordedText,
      created_by_uid: n,
      map_ids: z.array(n),
      attach_btf_id: n.exactOptional(),
    }),
    strictObject({
      kind: z.literal('map'),
      id: n,
      map_type: mapType,
      map_name: recordedText,
      key_size: n,
      value_size: n,
      max_entries: n,
    }),
    strictObject({
      kind: z.literal('btf'),
      id: n,
      btf_size: n.exactOptional(),
      name: recordedText.exactOptional(),
      kernel_btf: z.boolean().exactOptional(),
    }),
    strictObject({
      kind: z.literal('token'),
      allowed_cmds: recordedText,
      allowed_maps: recordedText,
      allowed_progs: recordedText,
      allowed_attachs: recordedText,
    }),
  ])
  .meta({ id: 'ObjectInfo' });

const batchOutputs = strictObject({
  count: n,
  keys: z.array(mapKey(RECORDED)).exactOptional(),
  values: z.array(n).exactOptional(),
}).meta({ id: 'BatchOutputs' });

/** Which object an observed call made or opened, where the recorder knows it. */
const objectIds = {
  prog_id: u32.min(1).exactOptional(),
  link_id: u32.min(1).exactOptional(),
  map_id: u32.min(1).exactOptional(),
  cgroup_id: u64.min(1).exactOptional(),
};

const success = strictObject({
  ret: n,
  query: queryOutputs.exactOptional(),
  info: objectInfo.exactOptional(),
  next_id: n.exactOptional(),
  next_key: mapKey(RECORDED).exactOptional(),
  value: n.exactOptional(),
  batch: batchOutputs.exactOptional(),
  lost: z.literal(true).exactOptional(),
  verified: z.literal(false).exactOptional(),
  ...objectIds,
}).meta({ id: 'Success' });

/** The fields of a refusal, for schemas that add fields. */
export const refusalFields = {
  errno: z.enum(Object.keys(ERRNO_NUMBERS) as Errno[]),
  rule: z.enum(Object.keys(RULES) as RuleName[]),
  about: z.record(recordedText, z.union([recordedText, z.number()])).exactOptional(),
  stage: z.literal('open').exactOptional(),
  query: queryOutputs.exactOptional(),
  batch: batchOutputs.exactOptional(),
};

export const recordedSuccess = success;
/** What a kernel answered. */
export const recordedOutcome = z.union([success, strictObject(refusalFields)]);

// Fails to compile when the schemas and the domain's type drift apart, in either direction.
true satisfies Same<z.output<typeof recordedOutcome>, Outcome>;
