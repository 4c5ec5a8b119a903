/** Names of programs and maps (semantics §7; `bpf_obj_name_cpy`). */
import { refusal } from './decision.ts';
import type { Refusal } from './outcome.ts';

const NAME_BYTES_MAX = 15;

/** The refusal of a name with other characters than the kernel's letters, digits, `_` and `.`. */
export function badObjectName(name: string, field: string): Refusal | undefined {
  if (name === '') return undefined;
  // The kernel's "letter" is Latin-1; a name travels as one character per byte.
  if (name.length <= NAME_BYTES_MAX && /^[\w.À-ÖØ-öø-ÿ]*$/u.test(name)) return undefined;
  return refusal('EINVAL', 'object-name', { field, name });
}
