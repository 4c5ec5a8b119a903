import type { Json } from './field-coder.ts';

/** Whether two values are written as the same text; objects with their keys in another order are not. */
export function sameJson(one: Json, other: Json): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  return JSON.stringify(one) === JSON.stringify(other);
}
