/** Reads the sealed segments of a log as they are stored. */
import { createHash } from 'node:crypto';
import { bytesOf, sameBytes } from '../encoding/hex.ts';
import type { FoldedEvent } from '../event.ts';
import {
  type OpenSegment,
  openChanges,
  openSegment,
  type SegmentOrigin,
  UnreadableSegment,
} from '../segment/segment.ts';
import type { Queryable } from '../storage/database.ts';
import { lineText, OWNER, queryLine } from './host-line.ts';

export interface StoredSegment {
  readonly position_from: number;
  readonly position_to: number;
  /** SHA-256 of `bytes`, as stored. */
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The SHA-256 of a segment's bytes. */
export function segmentHash(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

const SEGMENT_AT = lineText(
  ({ isBranch }) => `${isBranch ? `with ${OWNER}` : ''}
    select position_from, position_to, encode(hash, 'hex') as hash, bytes,
      ${isBranch ? 'position_to <= (select position_to from owner)' : 'true'} as counts
    from segments where host_id = ${isBranch ? '(select host_id from owner)' : '$1'}
      and position_from <= $2 order by position_from desc limit 1`,
);

/** The segment that holds a position, if it is sealed; below a branch, one of its origin's prefix. */
export async function segmentAt(
  database: Queryable,
  host_id: number,
  position: number,
): Promise<StoredSegment | undefined> {
  const [row] = await queryLine<
    Omit<StoredSegment, 'hash'> & { readonly hash: string; readonly counts: boolean }
  >(database, SEGMENT_AT, [host_id, position]);
  if (row === undefined || row.position_to < position || !row.counts) return undefined;
  const { position_from, position_to, hash, bytes } = row;
  return { position_from, position_to, hash: bytesOf(hash), bytes };
}

/**
 * Opens a stored segment to read whole events.
 *
 * @throws UnreadableSegment when its bytes or positions are not those that it was stored with
 */
export function openStored(stored: StoredSegment, origin: SegmentOrigin = {}): OpenSegment {
  const opened = openSegment(soundBytes(stored), origin);
  if (opened.position_from !== stored.position_from || opened.position_to !== stored.position_to) {
    throw new UnreadableSegment('the segment holds other positions');
  }
  return opened;
}

/**
 * The changes of a stored segment's events in [from, to], as `openChanges` gives them.
 *
 * @throws UnreadableSegment when its bytes are not those that it was stored with
 */
export async function readStoredChanges(
  stored: StoredSegment,
  range: { readonly from: number; readonly to: number },
): Promise<Iterable<FoldedEvent[]>> {
  return openChanges(soundBytes(stored), range);
}

function soundBytes({ bytes, hash }: StoredSegment): Uint8Array {
  if (sameBytes(segmentHash(bytes), hash)) return bytes;
  throw new UnreadableSegment('the bytes of the segment have another hash');
}
