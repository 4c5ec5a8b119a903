/** Commands of bpf(2): each passes an attr, whose size the caller may tell. */
import { z } from 'zod';
import { u32 } from './numbers.ts';
import { strictObject } from './strict-object.ts';

/** Bytes of the longest attr of the modelled kernels: from here on no command's is cut. */
const ATTR_BYTES = 168;

const attrSize = u32.exactOptional();
const wholeAttrSize = u32.min(ATTR_BYTES).exactOptional();

/** A command whose attr is not cut here. */
export function bpfCommand<N extends string, S extends z.ZodRawShape>(name: N, shape: S) {
  return strictObject({ name: z.literal(name), ...shape, attr_size: wholeAttrSize });
}

/** A command whose fields a shorter attr cuts. */
export function cutCommand<N extends string, S extends z.ZodRawShape>(name: N, shape: S) {
  return strictObject({ name: z.literal(name), ...shape, attr_size: attrSize });
}
