/** The place, as every part of the page reads and changes it. */
import { useLayoutEffect, useState } from 'preact/hooks';
import { fragmentOf, type PagePlace, parsePlace } from './place.ts';

let place = parsePlace(location.hash);
const readers = new Set<() => void>();

function become(next: PagePlace): void {
  place = next;
  for (const tell of readers) tell();
}

window.addEventListener('hashchange', () => become(parsePlace(location.hash)));

/** Milliseconds between two writes of the address: browsers refuse more than some in a second. */
const WRITE_MS = 120;
let writing: ReturnType<typeof setTimeout> | undefined;

function write(): void {
  writing = undefined;
  history.replaceState(null, '', fragmentOf(place));
}

/** Changes a part of the place. `isStep` makes it a step that the browser's back button undoes. */
export function go(change: Partial<PagePlace>, { isStep = false } = {}): void {
  const next = { ...place, ...change };
  if (isStep) {
    if (writing !== undefined) {
      clearTimeout(writing);
      write();
    }
    history.pushState(null, '', fragmentOf(next));
  } else {
    writing ??= setTimeout(write, WRITE_MS);
  }
  become(next);
}

/** The place; drawn again when it changes. */
export function usePlace(): PagePlace {
  const [known, know] = useState(place);
  useLayoutEffect(() => {
    const tell = () => know(place);
    readers.add(tell);
    tell();
    return () => {
      readers.delete(tell);
    };
  }, []);
  return known;
}
