/**
 * The rows of the tree that are looked at. The service sorts, folds and searches; the page asks for the
 * rows around those in view, and for others when the reader scrolls there. So a tree of any size is whole.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Outline, OutlineRow } from '../service/answers.ts';
import { ask, hostPath, withQuery } from '../service/ask.ts';
import { type AnswerState, useAnswer } from '../state/use-answer.ts';
import type { Window } from './window.ts';

/** How the tree is looked at. */
export interface Looked {
  readonly search: string;
  /** Only cgroups to which something is attached. */
  readonly isAttached: boolean;
  /** Ids of the cgroups whose rows below are folded away. */
  readonly closed: readonly number[];
  /** The first row in view, as it was last drawn. */
  readonly top: { current: number };
}

/** The tree as it is first looked at: all of it, from the top. */
export function wholeTree(): Looked {
  return { search: '', isAttached: false, closed: [], top: { current: 0 } };
}

/** Rows of one question, and those from one such question to the next. */
const ROWS = 200;
const STEP = 100;
/** Rows in view that the first question has in any case. */
const BEFORE = 50;

/** The first of the rows that are asked for when `top` is in view. */
function blockOf(top: number): number {
  return Math.max(0, Math.floor((top - BEFORE) / STEP) * STEP);
}

interface OutlineQuestion {
  readonly at: number;
  /** The path of the selected cgroup; without one, what the event changed is sought. */
  readonly selected: string | undefined;
}

function outlinePath(
  host: string,
  at: number,
  { search, isAttached, closed }: Looked,
  rows: { readonly offset: number; readonly limit?: number; readonly seek?: string },
): string {
  return withQuery(hostPath(host, '/cgroups/outline'), {
    at,
    limit: ROWS,
    ...rows,
    search: search.trim() === '' ? undefined : search,
    attached: isAttached ? 'true' : undefined,
    closed: closed.length === 0 ? undefined : closed.join(','),
  });
}

/** The address of the rows that a moment begins with. */
export function firstRowsPath(
  host: string,
  { at, selected }: OutlineQuestion,
  looked: Looked,
): string {
  const offset = blockOf(looked.top.current);
  return outlinePath(host, at, looked, { offset, seek: selected ?? 'event' });
}

/** The rows around those in view at a moment. Scrolling does not change them: see `useRows`. */
export function useOutline(
  host: string,
  asked: OutlineQuestion,
  looked: Looked,
): AnswerState<Outline> {
  const { at, selected } = asked;
  const { search, isAttached, closed } = looked;
  const key = JSON.stringify([at, selected, search, isAttached, closed]);
  const pinned = useRef({ key: '', path: '' });
  if (pinned.current.key !== key) {
    pinned.current = { key, path: firstRowsPath(host, asked, looked) };
  }
  return useAnswer<Outline>(pinned.current.path, { isFixed: true, isPaced: true });
}

/** The address of some cgroups to which programs are attached. */
export function attachedPath(host: string, at: number): string {
  return outlinePath(host, at, { ...wholeTree(), isAttached: true }, { offset: 0 });
}

/** Milliseconds without scrolling after which rows that are not here are asked for. */
const RESTED_MS = 40;

/** Rows beside those of the first answer, by the address of that and the first row of each block. */
interface Blocks {
  readonly of: string | undefined;
  readonly rows: ReadonlyMap<number, readonly OutlineRow[]>;
}

/** Gives the row of a number, once it is here; asks for those in view that are not. */
export function useRows(
  { host, first }: { readonly host: string; readonly first: AnswerState<Outline> },
  looked: Looked,
  { first: top, end }: Window,
): (nth: number) => OutlineRow | undefined {
  const [blocks, setBlocks] = useState<Blocks>({ of: undefined, rows: new Map() });
  const { answer, path, isOld } = first;
  const known = blocks.of === path ? blocks.rows : undefined;
  const rowAt = (nth: number) =>
    answer?.items[nth - answer.offset] ?? known?.get(Math.floor(nth / STEP) * STEP)?.[nth % STEP];

  const missing = new Set<number>();
  if (answer !== undefined && !isOld) {
    for (let nth = top; nth < end; nth++) {
      if (rowAt(nth) === undefined) missing.add(Math.floor(nth / STEP) * STEP);
    }
  }
  const wanted = [...missing].join();
  useEffect(() => {
    if (answer === undefined || wanted === '') return;
    const over = new AbortController();
    const timer = setTimeout(() => {
      for (const offset of wanted.split(',').map(Number)) {
        const block = outlinePath(host, answer.position, looked, { offset, limit: STEP });
        ask<Outline>(block, over.signal).then(
          ({ items }) =>
            setBlocks((before) => ({
              of: path,
              rows: new Map(before.of === path ? before.rows : []).set(offset, items),
            })),
          () => undefined,
        );
      }
    }, RESTED_MS);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [path, wanted]);
  return rowAt;
}
