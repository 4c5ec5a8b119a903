/**
 * Sizes that cut a call's structure where the kernel would read half of a pointer, or take the call
 * for another one: the checked call would not be the one that is made.
 */

import type { Call } from '../../domain/call.ts';
import { countText } from '../../domain/count-text.ts';

/** Bytes of one field; a cut keeps only the low ones. */
const FIELD = 4;
const POINTER = 8;

interface Form {
  /** Bytes of the operation and its target. */
  readonly least: number;
  /** Offsets of pointers. */
  readonly pointers: readonly number[];
}

/** Target, program, attach type and flags come first. */
const ATTACHMENT: Form = { least: 16, pointers: [] };
const FORMS: { readonly [N in Call['name']]?: Form } = {
  prog_attach: ATTACHMENT,
  prog_detach: ATTACHMENT,
  link_create: ATTACHMENT,
  link_update: { least: 16, pointers: [] },
  link_detach: { least: 4, pointers: [] },
  prog_query: { least: 12, pointers: [16, 32] },
  obj_pin: { least: 16, pointers: [0] },
  obj_get: { least: 16, pointers: [0] },
};
/** `struct bpf_prog_info`: instructions before and after translation, and the list of map ids. */
const INFO: Form = { least: 0, pointers: [24, 32, 56] };

/** Answers why a call's size is not passed to the kernel; undefined when it cuts nothing. */
export function checkSize(call: Call): string | undefined {
  if (call.name === 'obj_get_info_by_fd') return checkCut(call.info_len, INFO);
  const form = FORMS[call.name];
  return form && 'attr_size' in call ? checkCut(call.attr_size, form) : undefined;
}

function checkCut(size: number | undefined, { least, pointers }: Form): string | undefined {
  if (size === undefined) return undefined;
  if (pointers.some((at) => size > at && size < at + POINTER)) {
    return `a structure of ${countText(size, 'byte')} ends in the middle of a pointer`;
  }
  if (size < least) return `a structure of ${countText(size, 'byte')} does not say what is done`;
  return size % FIELD === 0
    ? undefined
    : `a structure of ${countText(size, 'byte')} ends in the middle of a field`;
}
