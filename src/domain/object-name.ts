/** Names of programs and maps (semantics §7; `bpf_obj_name_cpy`). */
import { refusal } from './decision.ts';
import type { Refusal } from './outcome.ts';

const NAME_BYTES_MAX = 15;

/** The refusal of a name with other characters than the kernel's letters, digits, `_` and `.`. */
export function badObjectName(name: string, field: string): Refusal | undefined {
  if (name.length <= NAME_BYTES_MAX && hasOnlyNameBytes(name)) return undefined;
  return refusal('EINVAL', 'object-name', { field, name });
}

/** A name travels as one character per byte. The kernel's "letter" is Latin-1 (`isalnum`). */
function hasOnlyNameBytes(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const byte = name.charCodeAt(i);
    if (!isLetter(byte) && !isDigit(byte) && byte !== UNDERSCORE && byte !== DOT) return false;
  }
  return true;
}

const UNDERSCORE = 0x5f;
const DOT = 0x2e;
const MULTIPLY = 0xd7;
const DIVIDE = 0xf7;

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isLetter(byte: number): boolean {
  const isAscii = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
  return isAscii || (byte >= 0xc0 && byte <= 0xff && byte !== MULTIPLY && byte !== DIVIDE);
}
