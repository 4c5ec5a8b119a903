/** A condition on an effective array, as a query parameter: `lacks:12`, `empty`, `differs:web2`. */
import { z } from 'zod';
import type { Condition } from '../../time-travel/bisect/bisect.ts';
import { hostName, shortText } from '../routing.ts';

export type AskedCondition = Condition | { readonly kind: 'differs'; readonly host: string };

const FORMS = 'lacks:PROGRAM, has:PROGRAM, empty, filled or differs:HOST';

export const conditionParam = shortText
  .transform((text, context): AskedCondition => {
    const condition = conditionOf(text);
    if (condition !== undefined) return condition;
    context.addIssue({ code: 'custom', message: `must be ${FORMS}` });
    return z.NEVER;
  })
  .meta({ id: 'Condition', description: `${FORMS}.`, type: 'string' });

function conditionOf(text: string): AskedCondition | undefined {
  const [, kind, operand = ''] = /^([a-z]+)(?::(.+))?$/.exec(text) ?? [];
  switch (kind) {
    case 'lacks':
    case 'has':
      return /^\d{1,15}$/.test(operand) ? { kind, program: Number(operand) } : undefined;
    case 'empty':
    case 'filled':
      return operand === '' ? { kind } : undefined;
    case 'differs':
      return hostName.safeParse(operand).success ? { kind, host: operand } : undefined;
    default:
      return undefined;
  }
}
