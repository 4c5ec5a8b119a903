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

/** How wide the numbers of outputs are. */
interface Widths {
  /** Of a program, link, map or BTF. */
  readonly id: z.ZodInt;
  readonly u32: z.ZodInt;
  readonly u64: z.ZodInt;
}

/** A log is read as it was written. */
const AS_WRITTEN: Widths = { id: n, u32: n, u64: n };
const AS_TOLD: Widths = { id: u32.min(1), u32, u64 };

/** A program's id is 0 in a place that the kernel did not write: it was asked for the count alone. */
const queryShape = ({ u32, u64 }: Widths) =>
  strictObject({
    prog_cnt: u32,
    prog_ids: z.array(u32),
    attach_flags: u32,
    prog_attach_flags: z.array(u32).exactOptional(),
    revision: u64.exactOptional(),
  });

const infoShape = ({ id, u32, u64 }: Widths) =>
  z.discriminatedUnion('kind', [
    strictObject({
      kind: z.literal('link'),
      id,
      prog_id: id,
      cgroup_id: u64,
      attach_type: attachType,
    }),
    strictObject({
      kind: z.literal('prog'),
      id,
      prog_type: progType,
      tag: recordedText,
      prog_name: recordedText,
      created_by_uid: u32,
      map_ids: z.array(id),
      attach_btf_id: u32.exactOptional(),
    }),
    strictObject({
      kind: z.literal('map'),
      id,
      map_type: mapType,
      map_name: recordedText,
      key_size: u32,
      value_size: u32,
      max_entries: u32,
    }),
    strictObject({
      kind: z.literal('btf'),
      id,
      btf_size: u32.exactOptional(),
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
  ]);

const batchShape = ({ u32 }: Widths) =>
  strictObject({
    count: u32,
    keys: z.array(mapKey(RECORDED)).exactOptional(),
    values: z.array(n).exactOptional(),
  });

const queryOutputs = queryShape(AS_WRITTEN).meta({ id: 'QueryOutputs' });
const objectInfo = infoShape(AS_WRITTEN).meta({ id: 'ObjectInfo' });
const batchOutputs = batchShape(AS_WRITTEN).meta({ id: 'BatchOutputs' });

/** The outputs of a call as a recorder tells them: a kernel gives no number that is too wide. */
export const toldOutputs = {
  query: queryShape(AS_TOLD).meta({ id: 'ToldQueryOutputs' }).exactOptional(),
  info: infoShape(AS_TOLD).meta({ id: 'ToldObjectInfo' }).exactOptional(),
  batch: batchShape(AS_TOLD).meta({ id: 'ToldBatchOutputs' }).exactOptional(),
  next_id: AS_TOLD.id.exactOptional(),
};

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
