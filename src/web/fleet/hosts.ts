/** The hosts by name, page by page as the reader comes to them. Only one question is open. */
import { useEffect, useState } from 'preact/hooks';
import type { HostPage, HostRow } from '../service/answers.ts';
import { withQuery } from '../service/ask.ts';
import { type AnswerState, useAnswer } from '../state/use-answer.ts';

/** Hosts of one page, and pages that are read: of more, a search finds the rest. */
const PAGE = 200;
const PAGES_MAX = 50;

interface Read {
  readonly search: string;
  readonly pages: readonly HostPage[];
}

export interface Hosts {
  /** The hosts that have been read, from the first one on. */
  readonly items: readonly HostRow[];
  /** Rows of the list: those of hosts that will be read when they are looked at are counted too. */
  readonly rows: number;
  /** How many hosts there are; undefined until that is known. */
  readonly count: number | undefined;
  readonly asked: AnswerState<HostPage>;
}

const NONE: readonly HostRow[] = [];

/**
 * @param seen rows in view: a page of which some are in view is asked for, and then again and again
 * @param now asks again when it changes
 */
export function useHosts(
  search: string,
  seen: { readonly top: number; readonly end: number },
  now: number,
): Hosts {
  const [read, setRead] = useState<Read>({ search, pages: [] });
  const { pages } = read;
  const isCurrent = read.search === search;
  const nth = isCurrent ? pageAt(pages, seen) : 0;
  const after = nth === 0 ? undefined : pages[nth - 1]?.next;
  const query = { limit: PAGE, after, search: search === '' ? undefined : search, count: 'true' };
  const asked = useAnswer<HostPage>(withQuery('/v1/hosts', query), { version: now });
  const { answer, isOld } = asked;

  useEffect(() => {
    if (answer === undefined || isOld) return;
    setRead((before) => {
      const known = before.search === search ? before.pages : [];
      // When a page ends elsewhere than before, those after it begin elsewhere too.
      const isSame = known[nth]?.next === answer.next;
      return {
        search,
        pages: [...known.slice(0, nth), answer, ...(isSame ? known.slice(nth + 1) : [])],
      };
    });
  }, [answer, isOld]);

  const items = pages.length === 1 ? (pages[0]?.items ?? NONE) : pages.flatMap((one) => one.items);
  const count = pages.findLast((one) => one.count !== undefined)?.count;
  const rows = pages.at(-1)?.next === undefined ? items.length : (count ?? items.length);
  return { items, rows: Math.min(rows, PAGE * PAGES_MAX), count, asked };
}

/** The page to ask for: the first that is not here and wanted, or else the one on top. */
function pageAt(
  pages: readonly HostPage[],
  { top, end }: { readonly top: number; readonly end: number },
): number {
  const here = pages.reduce((sum, { items }) => sum + items.length, 0);
  const isMore = pages.length > 0 && pages.length < PAGES_MAX && pages.at(-1)?.next !== undefined;
  if (end > here && isMore) return pages.length;
  return Math.min(Math.floor(top / PAGE), Math.max(0, pages.length - 1));
}
