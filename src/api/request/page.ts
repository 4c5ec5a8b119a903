/**
 * Pages of a state. `next` has the position of the first page, so that the next pages are
 * of the same state, whatever is recorded meanwhile: `42:7` continues after key 7 at position 42.
 */
import { z } from 'zod';
import { PATH_BYTES_MAX } from '../../events/schema/text.ts';
import type { MomentText } from '../../time-travel/moment.ts';
import { invalid } from '../problem.ts';
import { limitParam } from '../routing.ts';

/** Whether a page also tells how many there are in all. */
export const countQuery = {
  count: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional()
    .describe('`true`: the answer has the number of all of them too.'),
};

const NEXT = 'The `next` of the page before.';

/** Where a page begins. */
interface After<K> {
  readonly key: K;
  /** The position of the page before; absent when a reader chose the key itself. */
  readonly position?: number;
}

const PINNED = /^([1-9]\d{0,14}):(.*)$/s;
const NUMBER = /^\d{1,15}$/;

/** @param keyOf reads a key; undefined for text that is not a key */
function afterParam<K>(keyOf: (text: string) => K | undefined, forms: string) {
  return z
    .string()
    .max(PATH_BYTES_MAX + 16)
    .transform((text, context): After<K> => {
      const [, position, rest = text] = PINNED.exec(text) ?? [];
      const key = keyOf(rest);
      if (key !== undefined) {
        return position === undefined ? { key } : { key, position: Number(position) };
      }
      context.addIssue({ code: 'custom', message: `must be ${forms}` });
      return z.NEVER;
    })
    .optional();
}

function pageQuery<K>(keyOf: (text: string) => K | undefined, forms: string) {
  const after = afterParam(keyOf, forms);
  return {
    limit: limitParam,
    after: after.meta({ type: 'string', description: `Only what comes after this: ${forms}.` }),
    next: after.meta({ type: 'string', description: NEXT }),
  };
}

/** The query of a page of things with numbers for keys. */
export const numberedPage = pageQuery(
  (text) => (NUMBER.test(text) ? Number(text) : undefined),
  'a whole number',
);
/** The query of a page of things with paths for keys. */
export const pathPage = pageQuery(
  (text) => (text.startsWith('/') ? text : undefined),
  'an absolute path',
);

/** Where a page begins: the `next` of the page before, which wins over `after`, as in the query of the first page. */
export function beginOf<T>(place: {
  readonly after?: T | undefined;
  readonly next?: T | undefined;
}): T | undefined {
  return place.next ?? place.after;
}

/** A query at the moment that its `after` names, if it names one. */
export function pinPage<K, Q extends object>(
  query: Q & {
    readonly at?: MomentText | undefined;
    readonly after?: After<K> | undefined;
    readonly next?: After<K> | undefined;
  },
): Omit<Q, 'at' | 'after' | 'next'> & { readonly at?: MomentText; readonly after?: K } {
  const { at, after, next, ...rest } = query;
  const { key, position } = beginOf({ after, next }) ?? {};
  const moment = position === undefined ? at : ({ kind: 'position', position } as const);
  // A time or a boot may mean a later position by now; a position never does.
  if (at?.kind === 'position' && position !== undefined && at.position !== position) {
    const message = `names a page of position ${position}, but \`at\` is ${at.position}`;
    throw invalid([{ field: next === undefined ? 'after' : 'next', message }]);
  }
  return {
    ...rest,
    ...(moment !== undefined && { at: moment }),
    ...(key !== undefined && { after: key }),
  };
}

/** The `next` of a page. */
export function nextPage(position: number, key: number | string): string {
  return `${position}:${key}`;
}
