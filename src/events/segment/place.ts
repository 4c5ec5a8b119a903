/**
 * Where a value stands in an event's text, as a tree of places; each has a column of its own. The
 * arguments of a call have places by the call's number, and so have those of each effect, since
 * the first argument of one call has nothing in common with that of another.
 */
import type { Json } from '../field-coder.ts';

/** Index of call, outcome and effects in an event's text (`codec.ts`). */
const CALL = 7;
const OUTCOME = 8;
const EFFECTS = 9;
/** Items of a list beyond these share one place: they are of one kind. */
const ITEMS_APART = 12;

/** Items of a call or an effect are fewer, so that code and index together are one number. */
const CODE_STRIDE = 1024;

/** How the items of a list at a place are told apart. */
type Order = 'by-index' | 'alike' | 'by-code';

/** A place with its column, and the places below it as they turn up. */
export class Place<Column> {
  readonly column: Column;
  readonly order: Order;
  readonly #below = new Map<string | number, Place<Column>>();
  readonly #makeColumn: () => Column;

  constructor(makeColumn: () => Column, order: Order = 'by-index') {
    this.column = makeColumn();
    this.order = order;
    this.#makeColumn = makeColumn;
  }

  /** The place of what stands below this one under a key. */
  at(key: string | number, order: Order = 'by-index'): Place<Column> {
    let place = this.#below.get(key);
    if (place === undefined) {
      place = new Place(this.#makeColumn, order);
      this.#below.set(key, place);
    }
    return place;
  }

  /**
   * The place of an item.
   *
   * @param list the items before it, at least
   */
  item(list: readonly Json[], index: number): Place<Column> {
    switch (this.order) {
      case 'by-index':
        return this.at(Math.min(index, ITEMS_APART));
      case 'alike':
        return this.at(0, 'by-code');
      case 'by-code':
        return this.at(keyByCode(list[0], index));
      default:
        return this.order satisfies never;
    }
  }
}

/** A number where that is possible: it is what most of the time of unpacking goes into. */
function keyByCode(code: Json | undefined, index: number): string | number {
  if (index === 0) return 'code';
  return typeof code === 'number' ? code * CODE_STRIDE + index : `${String(code)}/${index}`;
}

/** The place of the item of an event's text; an outcome belongs to its call. */
export function placeInEvent<Column>(
  event: Place<Column>,
  list: readonly Json[],
  index: number,
): Place<Column> {
  if (index === CALL) return event.at(CALL, 'by-code');
  if (index === EFFECTS) return event.at(EFFECTS, 'alike');
  if (index !== OUTCOME) return event.at(index);
  const call = list[CALL];
  return event.at(`outcome ${Array.isArray(call) ? String(call[0]) : ''}`);
}
