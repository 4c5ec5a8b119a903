/** What a recorder tells of a real kernel's answer: a return value with outputs, or an errno. */
import { z } from 'zod';
import { ERRNO_NUMBERS, type Errno } from '../../domain/errno.ts';
import type { ObservedOutcome } from '../../domain/observed/observation.ts';
import { nameHint } from './near-name.ts';
import { recordedSuccess, toldOutputs } from './outcome-schema.ts';
import { strictObject } from './strict-object.ts';

const I32_MAX = 2 ** 31 - 1;
const ERRNOS = Object.keys(ERRNO_NUMBERS);

const errno = z.string().refine((name): name is Errno => ERRNOS.includes(name), {
  error: ({ input }) =>
    `unknown errno ${JSON.stringify(String(input).slice(0, 60))}${nameHint(String(input), ERRNOS)}`,
});

const told = strictObject({
  ...recordedSuccess.shape,
  ...toldOutputs,
  ret: z.int().max(I32_MAX).exactOptional(),
  errno: errno.exactOptional(),
});

/** One of two, and by one schema: a union would not say what is wrong with either. */
export const observedOutcome: z.ZodType<ObservedOutcome> = told
  .superRefine(({ ret, errno: refused, query: _, ...outputs }, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (ret !== undefined && refused !== undefined) {
      return fault('errno', 'contradicts ret: a call succeeds or is refused');
    }
    if (ret === undefined && refused === undefined) {
      return fault('ret', 'is missing; give ret, or the errno of a refusal');
    }
    if (ret !== undefined && ret < 0) {
      return fault('ret', 'is negative; give a refusal as errno, such as "EPERM"');
    }
    const [output] = Object.keys(outputs);
    if (refused !== undefined && output !== undefined) {
      return fault(output, `contradicts errno: a refused call gives no ${output}`);
    }
    return undefined;
  })
  .transform((outcome) => outcome as unknown as ObservedOutcome)
  .meta({
    id: 'ObservedOutcome',
    description: 'What a real kernel answered: `ret` with what else it gave, or `errno`.',
  });
