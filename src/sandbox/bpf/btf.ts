/** What is wrong with types that BTF_LOAD is given (`btf_parse` in kernel/bpf/btf.c). */
import { isFrom } from './attr-ends.ts';

const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;
const TYPE_BYTES = 12;

/** Kinds by their numbers, the series that brought them, and the bytes that follow each type. */
interface BtfKind {
  readonly since?: string;
  /** Bytes after a type with `count` members. */
  readonly bytes: (count: number) => number;
}
const none = { bytes: () => 0 };
const KINDS: readonly (BtfKind | undefined)[] = [
  undefined,
  { bytes: () => 4 }, // INT
  none, // PTR
  { bytes: () => 12 }, // ARRAY
  { bytes: (count) => 12 * count }, // STRUCT
  { bytes: (count) => 12 * count }, // UNION
  { bytes: (count) => 8 * count }, // ENUM
  none, // FWD
  none, // TYPEDEF
  none, // VOLATILE
  none, // CONST
  none, // RESTRICT
  none, // FUNC
  { bytes: (count) => 8 * count }, // FUNC_PROTO
  { bytes: () => 4 }, // VAR
  { bytes: (count) => 12 * count }, // DATASEC
  { since: '5.13', bytes: () => 0 }, // FLOAT
  { since: '5.16', bytes: () => 4 }, // DECL_TAG
  { since: '5.17', bytes: () => 0 }, // TYPE_TAG
  { since: '6.0', bytes: (count) => 12 * count }, // ENUM64
];

/** @returns a sentence; undefined when the release takes the types as far as their form goes */
export function btfFault(types: Buffer, release: string): string | undefined {
  if (types.length < HEADER_BYTES) return 'the types have no header';
  if (types.readUInt16LE(0) !== MAGIC) return 'the types do not begin with the magic of BTF';
  const start = types.readUInt32LE(4) + types.readUInt32LE(8);
  const end = start + types.readUInt32LE(12);
  if (end > types.length) return 'the types end before their header says';
  for (let at = start; at < end; ) {
    if (at + TYPE_BYTES > end) return 'a type is cut off';
    const info = types.readUInt32LE(at + 4);
    const number = (info >>> 24) & 0x1f;
    const kind = KINDS[number];
    const isKnown = kind?.since === undefined || isFrom(kind.since, release);
    if (kind === undefined || !isKnown) return `${release} has no types of kind ${number}`;
    at += TYPE_BYTES + kind.bytes(info & 0xffff);
  }
  return undefined;
}
