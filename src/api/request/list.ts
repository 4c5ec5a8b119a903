/**
 * What every list takes beside its page: in which order, how many there are on all pages, and only some
 * fields of each item.
 */
import { z } from 'zod';
import type { PageOrder } from '../../events/page-order.ts';
import { SCANNED_EVENTS_MAX } from '../limits.ts';
import { invalid, type ProblemError } from '../problem.ts';
import { severalOf } from '../routing.ts';
import { countQuery } from './page.ts';

const ORDERS: readonly PageOrder[] = ['asc', 'desc'];

/** Only some fields of each item. */
export function fieldsQuery(item: z.ZodObject) {
  const names = Object.keys(item.shape);
  return {
    fields: severalOf(
      z.enum(names),
      'Only this field of each item; the schema is that of the answer with all of them.',
    ),
  };
}

/**
 * The query of a list, beside its page.
 *
 * @param item the schema of an item
 * @param order the order when none is asked for
 */
export function listQuery(item: z.ZodObject, order: PageOrder = 'asc') {
  const first = order === 'asc' ? '`desc`: the last one first.' : '`asc`: the first one first.';
  return {
    order: z.enum(ORDERS).default(order).describe(first),
    ...countQuery,
    ...fieldsQuery(item),
  };
}

/** The problem of a filter whose matches would take too long to count. */
export function tooManyToCount(what: string): ProblemError {
  const message = `${what}, and at most ${SCANNED_EVENTS_MAX} are counted; ask about less, by \`from\` and \`to\``;
  return invalid([{ field: 'count', message, limit: SCANNED_EVENTS_MAX }]);
}

/** Rows that were read by ascending keys, in the order that is asked for. */
export function inOrder<T>(rows: readonly T[], order: PageOrder | undefined): T[] {
  return order === 'desc' ? rows.toReversed() : [...rows];
}

/** Items as they are answered: whole, or with some of their fields. */
export function itemsWith<T extends object>(
  items: readonly T[],
  fields: readonly string[] | undefined,
): T[] {
  if (fields === undefined) return [...items];
  // The caller has asked for another schema than the one that is told of.
  return items.map((item) => {
    const some = Object.entries(item).filter(([name]) => fields.includes(name));
    return Object.fromEntries(some) as T;
  });
}
