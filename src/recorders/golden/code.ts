/**
 * Instructions in a step: `code` is a list of `[code, dst, src, off, imm]`, in which a label may stand
 * for the fd of a map.
 */
import { factsOf, type ProgFacts } from '../../events/encoding/prog-tag.ts';

export type CodeLine = readonly [
  code: number,
  dst?: number,
  src?: number,
  off?: number,
  imm?: number | string,
];

const INSN_BYTES = 8;

/** The instructions in base64, with the facts that go with them. */
export function encodedCode(
  lines: readonly CodeLine[],
  fdOf: (label: string) => number,
): ProgFacts & { readonly insns: string } {
  const bytes = Buffer.alloc(lines.length * INSN_BYTES);
  for (const [i, [code, dst = 0, src = 0, off = 0, imm = 0]] of lines.entries()) {
    const at = i * INSN_BYTES;
    bytes.writeUInt8(code, at);
    bytes.writeUInt8((src << 4) | dst, at + 1);
    bytes.writeInt16LE(off, at + 2);
    bytes.writeInt32LE(typeof imm === 'string' ? fdOf(imm) : imm | 0, at + 4);
  }
  return { insns: bytes.toString('base64'), ...factsOf(bytes) };
}
