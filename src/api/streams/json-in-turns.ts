/**
 * An answer in JSON that may be very large: its text is made in pieces, with turns in between, and
 * what does not fit the first pieces is sent as it is made.
 */
import type { Context } from 'hono';
import { turn } from '../../events/turns.ts';
import { JSON_TYPE } from '../content-type.ts';
import { UNREAD_MS } from '../limits.ts';
import { pullStream } from './pull-stream.ts';

/**
 * Characters of text that are made in one turn: some four milliseconds. The text of the state of a
 * node is less: docs/performance.md#a-turn-with-something-large-in-hand
 */
const PIECE_CHARS = 1024 * 1024;
/** A list with more items is written some items at a time. */
const WIDE_ITEMS = 100;
/** Items that have no long list themselves, and are written together: each part costs a microsecond. */
const RUN_ITEMS = 32;
/** Levels below which every value is written as a whole. */
const LEVELS_MAX = 5;

interface Telling {
  /** What follows the value's text. */
  readonly end?: string;
  /** Called once, when the value is no longer needed. */
  readonly onEnd?: () => void;
}

/** Answers with a value. */
export async function answerInTurns(
  c: Context,
  value: object,
  { end = '', onEnd }: Telling = {},
): Promise<Response> {
  const pieces = piecesOf(value, end);
  const first = await pieces.next();
  if (first.done) throw new Error('a value has a text');
  const second = await pieces.next();
  c.header('content-type', JSON_TYPE);
  if (second.done) {
    onEnd?.();
    return c.body(first.value, 200);
  }
  async function* all(): AsyncGenerator<string, undefined> {
    yield first.value as string;
    yield second.value as string;
    yield* pieces;
  }
  const mayGoOn = c.get('mayGoOn');
  return c.body(pullStream(all(), { unreadMs: UNREAD_MS, mayGoOn, ...(onEnd && { onEnd }) }), 200);
}

async function* piecesOf(value: object, end: string): AsyncGenerator<string, undefined> {
  let piece = '';
  for (const part of partsOf(value, LEVELS_MAX)) {
    piece += part;
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
    await turn();
  }
  yield piece + end;
}

/** The text of a value, in parts none of which takes long to make. */
function* partsOf(value: unknown, levels: number): Generator<string> {
  if (!isWide(value, levels)) {
    yield JSON.stringify(value) ?? 'null';
  } else if (Array.isArray(value)) {
    yield '[';
    yield* itemsOf(value, levels - 1);
    yield ']';
  } else {
    let separator = '{';
    for (const [key, field] of Object.entries(value as object)) {
      if (field === undefined) continue;
      yield `${separator}${JSON.stringify(key)}:`;
      yield* partsOf(field, levels - 1);
      separator = ',';
    }
    yield '}';
  }
}

function* itemsOf(items: readonly unknown[], levels: number): Generator<string> {
  for (let from = 0, to = 0; from < items.length; from = to) {
    while (to < items.length && to - from < RUN_ITEMS && !isWide(items[to], levels)) to++;
    if (from > 0) yield ',';
    if (to > from) yield JSON.stringify(items.slice(from, to)).slice(1, -1);
    else yield* partsOf(items[to++], levels);
  }
}

/** Whether there is a long list in a value, in its own fields, or in theirs. */
function isWide(value: unknown, levels: number): boolean {
  if (levels === 0 || typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.length > WIDE_ITEMS;
  if (levels === 1) return false;
  return Object.values(value).some((field) => isWide(field, levels - 1));
}
