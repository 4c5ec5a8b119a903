/** Flag words: names as libbpf spells them, the bits as the UAPI numbers them (semantics §2.2). */

/** Flags of PROG_ATTACH, PROG_DETACH, LINK_CREATE and LINK_UPDATE. */
export const ATTACH_FLAG_BITS = {
  override: 1,
  multi: 2,
  replace: 4,
  before: 8,
  after: 16,
  id: 32,
  preorder: 64,
  link: 8192,
} as const;

/** `BPF_F_TOKEN_FD`, of PROG_LOAD, MAP_CREATE and BTF_GET_FD_BY_ID. */
export const TOKEN_FD = 65_536;

/** Flags of PROG_QUERY. */
export const QUERY_FLAG_BITS = { effective: 1 } as const;

export type AttachFlagName = keyof typeof ATTACH_FLAG_BITS;
export type QueryFlagName = keyof typeof QUERY_FLAG_BITS;

/** A flag word on the wire: names, and numbers for bits that have none; ORed together. */
export type AttachFlags = readonly (AttachFlagName | number)[];
export type QueryFlags = readonly (QueryFlagName | number)[];

const BITS: Readonly<Record<string, number>> = { ...ATTACH_FLAG_BITS, ...QUERY_FLAG_BITS };

/** The 32-bit word that a list of flags stands for. */
export function flagWord(flags: AttachFlags | QueryFlags | undefined): number {
  if (flags === undefined) return 0;
  let word = 0;
  for (const flag of flags) word |= typeof flag === 'number' ? flag : (BITS[flag] ?? 0);
  return word >>> 0;
}

/** The canonical list for an attach flag word: names in bit order, then what has no name. */
export function attachFlagsOf(word: number): (AttachFlagName | number)[] {
  const names: (AttachFlagName | number)[] = [];
  let rest = word;
  for (const [name, bit] of Object.entries(ATTACH_FLAG_BITS)) {
    if ((word & bit) === 0) continue;
    names.push(name as AttachFlagName);
    rest &= ~bit;
  }
  if (rest !== 0) names.push(rest >>> 0);
  return names;
}

/** How a cgroup's list for an attach type may be combined with others (semantics §2.2). */
export type Mode = 'none' | 'override' | 'multi';

/** The mode as PROG_QUERY reports it in `attach_flags`. */
export const MODE_FLAGS: Readonly<Record<Mode, number>> = { none: 0, override: 1, multi: 2 };
