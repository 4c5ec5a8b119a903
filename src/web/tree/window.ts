/** Which rows of a long list are in view: only they are drawn. */
import { useLayoutEffect, useState } from 'preact/hooks';

/** Pixels of one row of the tree; the style has the same. */
export const ROW_HEIGHT = 24;
/** Rows that are drawn beyond the edges. */
const BEYOND = 8;

export interface Window {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
}

/** The rows in view of a scrolled element. */
export function useWindow(
  list: { readonly current: HTMLElement | null },
  rows: number,
  rowHeight = ROW_HEIGHT,
): Window {
  const [seen, see] = useState({ top: 0, height: 0 });
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    const look = () =>
      see((before) => {
        const next = { top: element.scrollTop, height: element.clientHeight };
        return before.top === next.top && before.height === next.height ? before : next;
      });
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [list]);
  const first = Math.max(0, Math.floor(seen.top / rowHeight) - BEYOND);
  const end = Math.min(rows, Math.ceil((seen.top + seen.height) / rowHeight) + BEYOND);
  return { first: Math.min(first, end), end };
}

/** Scrolls a list so that a row is in view. */
export function reveal(element: HTMLElement | null, row: number): void {
  if (element === null || row < 0) return;
  const top = row * ROW_HEIGHT;
  const bottom = top + ROW_HEIGHT;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (bottom > element.scrollTop + element.clientHeight) {
    element.scrollTop = bottom - element.clientHeight;
  }
}
