/**
 * The cgroups of a moment. The first page is asked for at each step; the pages after it, on a host
 * with more, when the reader rests. Until then those of the moment before stand in, marked as old.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CgroupPage, CgroupRow } from '../service/answers.ts';
import { ask, hostPath, withQuery } from '../service/ask.ts';
import { type Answer, useAnswer } from '../state/use-answer.ts';

/** Cgroups of one page, and pages that are read: a tree of more is searched by path. */
const PAGE = 1000;
const PAGES_MAX = 10;
/** Milliseconds without a step after which the further pages are asked for. */
const RESTED_MS = 300;

export interface Cgroups {
  readonly first: Answer<CgroupPage>;
  readonly rows: readonly CgroupRow[];
  /** How many there are in all at the moment, or below the path that is looked under. */
  readonly count: number;
  /** The rows from here on are those of an earlier moment; the number of rows when there are none. */
  readonly oldFrom: number;
  /** No further page will come. */
  readonly isSettled: boolean;
}

const NONE: readonly CgroupRow[] = [];

interface Rest {
  /** The question of the first page that they continue. */
  readonly path: string;
  readonly host: string;
  readonly under: string | undefined;
  readonly rows: readonly CgroupRow[];
}

interface Asked {
  readonly at: number;
  /** Only the cgroup at this path and those below it. */
  readonly under: string | undefined;
}

const queryOf = ({ at, under }: Asked) => ({ at, attached: 'true', limit: PAGE, under });

/** The address of the first page. */
export function cgroupsPath(host: string, asked: Asked): string {
  return withQuery(hostPath(host, '/cgroups'), { ...queryOf(asked), count: 'true' });
}

export function useCgroups(host: string, { at, under }: Asked): Cgroups {
  const path = cgroupsPath(host, { at, under });
  const first = useAnswer<CgroupPage>(path, { isFixed: true });
  const [rest, setRest] = useState<Rest | undefined>();
  const { answer, isOld } = first;
  const next = isOld ? undefined : answer?.next;

  useEffect(() => {
    if (next === undefined) return;
    const over = new AbortController();
    const timer = setTimeout(async () => {
      const rows: CgroupRow[] = [];
      let after: string | undefined = next;
      for (let page = 1; page < PAGES_MAX && after !== undefined; page++) {
        const of = withQuery(hostPath(host, '/cgroups'), { ...queryOf({ at, under }), after });
        const got: CgroupPage | undefined = await ask<CgroupPage>(of, over.signal, 'low').catch(
          () => undefined,
        );
        if (over.signal.aborted || got === undefined) return;
        rows.push(...got.items);
        after = got.next;
      }
      setRest({ path, host, under, rows });
    }, RESTED_MS);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [path, next]);

  const items = answer?.items ?? NONE;
  const continues = answer?.next !== undefined && rest?.host === host && rest.under === under;
  const further = continues ? rest.rows : NONE;
  const rows = useMemo(() => [...items, ...further], [items, further]);
  const isCurrent = continues && rest.path === path;
  return {
    first,
    rows,
    count: answer?.count ?? items.length,
    oldFrom: isCurrent ? items.length + further.length : items.length,
    isSettled: !isOld && answer !== undefined && (next === undefined || isCurrent),
  };
}
