/** Flag words: a list of names and numbers, or one number; the output is the canonical list. */
import { z } from 'zod';
import {
  ATTACH_FLAG_BITS,
  type AttachFlagName,
  type AttachFlags,
  attachFlagsOf,
  QUERY_FLAG_BITS,
  type QueryFlagName,
  type QueryFlags,
} from '../../domain/flags.ts';
import { suggestion } from './near-name.ts';
import { U32_MAX } from './numbers.ts';

/** Items of a flag list: one for each bit of the word. */
const FLAGS_MAX = 32;

const isWord = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= U32_MAX;

/** The limit that a value passes; a value of another kind passes none. */
function limitParams(value: unknown): { readonly params?: { readonly limit: number } } {
  if (Array.isArray(value)) return { params: { limit: FLAGS_MAX } };
  return typeof value === 'number' ? { params: { limit: U32_MAX } } : {};
}

interface FlagNames<L> {
  readonly bits: Readonly<Record<string, number>>;
  readonly canonical: (word: number) => L;
}

function flagList<L>({ bits, canonical }: FlagNames<L>) {
  const bitOf = new Map(Object.entries(bits));
  const names = [...bitOf.keys()];
  return z.unknown().transform((value, context): L => {
    if (isWord(value)) return canonical(value);
    if (!Array.isArray(value) || value.length > FLAGS_MAX) {
      const message = `must be a list of at most ${FLAGS_MAX} flags, or one number 0…${U32_MAX}`;
      context.addIssue({ code: 'custom', message, ...limitParams(value) });
      return z.NEVER;
    }
    let word = 0;
    for (const [index, flag] of value.entries()) {
      const bit = isWord(flag)
        ? flag
        : typeof flag === 'string'
          ? bitOf.get(flag.toLowerCase())
          : undefined;
      if (bit === undefined) {
        const near = typeof flag === 'string' ? suggestion(flag, names) : '';
        const message = `unknown flag ${JSON.stringify(flag)?.slice(0, 60)}${near}`;
        context.addIssue({ code: 'custom', message, path: [index] });
        return z.NEVER;
      }
      word |= bit;
    }
    return canonical(word >>> 0);
  });
}

/** The UAPI's names: `BPF_F_ALLOW_MULTI` for multi, `BPF_F_LINK` for link. */
function attachNames(): Record<string, number> {
  const names: Record<string, number> = { ...ATTACH_FLAG_BITS };
  for (const [name, bit] of Object.entries(ATTACH_FLAG_BITS)) names[`bpf_f_${name}`] = bit;
  names.bpf_f_allow_override = ATTACH_FLAG_BITS.override;
  names.bpf_f_allow_multi = ATTACH_FLAG_BITS.multi;
  return names;
}

function queryFlagsOf(word: number): (QueryFlagName | number)[] {
  const rest = (word & ~QUERY_FLAG_BITS.effective) >>> 0;
  return [
    ...((word & QUERY_FLAG_BITS.effective) === 0 ? [] : (['effective'] as const)),
    ...(rest === 0 ? [] : [rest]),
  ];
}

const anyOf = [
  {
    type: 'array' as const,
    maxItems: FLAGS_MAX,
    items: { anyOf: [{ type: 'string' as const }, { type: 'integer' as const }] },
  },
  { type: 'integer' as const, minimum: 0, maximum: U32_MAX },
];

/** Flags of attach, detach, link create and link update. */
export const attachFlagsInput = flagList<AttachFlags>({
  bits: attachNames(),
  canonical: attachFlagsOf,
}).meta({
  id: 'AttachFlagsInput',
  description: 'Flags by name (`multi`, `BPF_F_ALLOW_MULTI`) or number in a list, or one number.',
  anyOf,
});

/** Flags of PROG_QUERY. */
export const queryFlagsInput = flagList<QueryFlags>({
  bits: { ...QUERY_FLAG_BITS, bpf_f_query_effective: QUERY_FLAG_BITS.effective },
  canonical: queryFlagsOf,
}).meta({
  id: 'QueryFlagsInput',
  description: 'Query flags by name (`effective`) or number in a list, or one number.',
  anyOf,
});

const word = z.int().min(0).max(U32_MAX);

/** Attach flags as the ledger spells them. */
export const attachFlags = z
  .array(z.union([z.enum(Object.keys(ATTACH_FLAG_BITS) as AttachFlagName[]), word]))
  .meta({ id: 'AttachFlags' });

/** Query flags as the ledger spells them. */
export const queryFlags = z
  .array(z.union([z.enum(Object.keys(QUERY_FLAG_BITS) as QueryFlagName[]), word]))
  .meta({ id: 'QueryFlags' });
