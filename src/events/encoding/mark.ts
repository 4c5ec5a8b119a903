/**
 * What marks the history that a position belongs to: a part of the chain's value at the end of the
 * append that recorded it, which covers all events up to there. A log that went back and on with
 * other events has other marks from there on, so who kept a position with its mark can tell. An
 * append is there as a whole or not at all, so that all its events have one mark, and none needs
 * to be hashed again to know it.
 */
import { hexOf } from './hex.ts';

/** Bytes of the chain's value that make a mark: enough that two histories never share one by chance. */
const MARK_BYTES = 8;
/** A mark, as a regular expression. */
export const MARK_FORM = `[0-9a-f]{${2 * MARK_BYTES}}`;

/** The mark of a chain's value at the end of an append. */
export function markOf(hash: Uint8Array): string {
  return hexOf(hash.subarray(0, MARK_BYTES));
}

/** SQL for the mark of the append that ended in a row; null for a row in which none ended. */
export const MARK = `encode(substr(hash, 1, ${MARK_BYTES}), 'hex')`;
