/**
 * Types of our own, in the format of BTF (Documentation/bpf/btf.rst), and what is said by them of
 * programs: an `int`, and a function that returns one.
 */

const HEADER_BYTES = 24;
const MAGIC = 0xeb9f;
const VERSION = 1;
/** Kinds of types, as they stand in the `info` of one. */
const [INT, FUNC, FUNC_PROTO] = [1 << 24, 12 << 24, 13 << 24] as const;
/** A signed number of 32 bits. */
const SIGNED_32 = (1 << 24) | 32;
/** The ids of the types, in the order in which they are written. */
export const INT_ID = 1;
const PROTO_ID = 2;
const FUNC_ID = 3;
const STRINGS = Buffer.from('\0int\0main\0');
const INT_NAME = 1;
const FUNC_NAME = 5;

/** Records of which as many are told as a call says, at most. */
export const RECORDS = 4;

function words(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeUInt32LE(number, 4 * i);
  return bytes;
}

const TYPES = Buffer.concat([
  words(INT_NAME, INT, 4, SIGNED_32),
  words(0, FUNC_PROTO, INT_ID),
  words(FUNC_NAME, FUNC, PROTO_ID),
]);

function header(strings: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt16LE(MAGIC, 0);
  bytes[2] = VERSION;
  words(HEADER_BYTES, 0, TYPES.length, TYPES.length, strings).copy(bytes, 4);
  return bytes;
}

export const BTF: Buffer = btfOf(0);

/** The same types in as many bytes: the names at their end grow. Shorter ones are cut off, and are none. */
export function btfOf(bytes: number): Buffer {
  const strings = Buffer.alloc(Math.max(bytes - HEADER_BYTES - TYPES.length, STRINGS.length));
  STRINGS.copy(strings);
  const btf = Buffer.concat([header(strings.length), TYPES, strings]);
  return bytes === 0 ? btf : btf.subarray(0, bytes);
}

const instructions = Array.from({ length: RECORDS }, (_, i) => i);
/** `struct bpf_func_info`: a function that begins at an instruction. */
export const FUNC_INFO: Buffer = Buffer.concat(instructions.map((insn) => words(insn, FUNC_ID)));
/** `struct bpf_line_info`: the file, the line and its number of an instruction. */
export const LINE_INFO: Buffer = Buffer.concat(
  instructions.map((insn) => words(insn, INT_NAME, INT_NAME, (insn + 1) << 10)),
);
