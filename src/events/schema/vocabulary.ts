/**
 * The leaf schemas in which a call that is asked and a call that is recorded differ: requests may
 * spell values in several ways and refer to earlier answers, the ledger has one spelling.
 */
import { z } from 'zod';
import type { AttachType } from '../../domain/attach-type.ts';
import { ALL_CAPABILITIES, type Capability, ROOT_CAPABILITIES } from '../../domain/capability.ts';
import type { AttachFlags, QueryFlags } from '../../domain/flags.ts';
import type { MapType } from '../../domain/map-type.ts';
import type { ProgType } from '../../domain/prog-type.ts';
import { attachType, attachTypeInput } from './attach-type.ts';
import { attachFlags, attachFlagsInput, queryFlags, queryFlagsInput } from './flag-list.ts';
import { i32, u32, u64 } from './numbers.ts';
import { mapType, mapTypeInput, progType, progTypeInput } from './object-types.ts';
import { type Reference, reference } from './reference.ts';
import { strictObject } from './strict-object.ts';

export interface Vocabulary {
  /** An fd or a pid. */
  readonly fd: z.ZodType<Reference>;
  readonly attachType: z.ZodType<AttachType>;
  readonly progType: z.ZodType<ProgType>;
  readonly mapType: z.ZodType<MapType>;
  readonly attachFlags: z.ZodType<AttachFlags>;
  readonly queryFlags: z.ZodType<QueryFlags>;
  readonly caps: z.ZodType<readonly Capability[]>;
}

const capsInput = z
  .array(
    z
      .string()
      .transform((name) => name.toLowerCase().replace(/^cap_/, ''))
      .pipe(z.enum(ALL_CAPABILITIES)),
  )
  .max(ALL_CAPABILITIES.length)
  .transform((caps): Capability[] => ALL_CAPABILITIES.filter((name) => caps.includes(name)))
  .meta({
    id: 'CapabilitiesInput',
    description:
      `Capabilities by name, with or without \`CAP_\`: ${ALL_CAPABILITIES.join(', ')}. Root with the ` +
      `first ${ROOT_CAPABILITIES.length} has every capability, unless one of the others is named too.`,
  });

/** What a request may say. */
export const REQUESTED = {
  fd: reference,
  attachType: attachTypeInput,
  progType: progTypeInput,
  mapType: mapTypeInput,
  attachFlags: attachFlagsInput,
  queryFlags: queryFlagsInput,
  caps: capsInput,
} satisfies Vocabulary;

/** What the ledger says. */
export const RECORDED = {
  fd: i32,
  attachType,
  progType,
  mapType,
  attachFlags,
  queryFlags,
  caps: z.array(z.enum(ALL_CAPABILITIES)),
} satisfies Vocabulary;

/** The bytes of which a prefix is the first bits, 256 at most. */
const prefix = strictObject({
  prefixlen: u32,
  data: z.string().regex(/^(?:[0-9a-f]{2}){1,256}$/u, 'must be bytes in hexadecimal digits'),
});

/** The key of a map element, in a vocabulary. */
export function mapKey<V extends Vocabulary>(words: V) {
  const storage = strictObject({
    cgroup_id: u64,
    attach_type: (words.attachType as V['attachType']).exactOptional(),
  });
  return z.union([u64, storage, prefix], {
    error: ({ input }) =>
      `${input === undefined ? 'is missing; give' : 'must be'} a number, {cgroup_id, attach_type} or {prefixlen, data}`,
  });
}
