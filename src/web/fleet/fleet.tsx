/** The hosts: each with its release, its head, its last event, and how its latest events went. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { TopBar } from '../head.tsx';
import { Note, RefusedNote } from '../note.tsx';
import type { HostRow } from '../service/answers.ts';
import { fragmentOf } from '../state/place.ts';
import { go, usePlace } from '../state/use-place.ts';
import { count, countText } from '../state/words.ts';
import { useWindow, type Window } from '../tree/window.ts';
import { useHosts } from './hosts.ts';
import { HOST_HEIGHT, Row } from './row.tsx';

/** The host that the tour begins at; `serve --demo` makes it. */
const DEMO = 'demo-links';
/** Milliseconds after which the list is asked for again. */
const AGAIN_MS = 10_000;

export function Fleet() {
  const { search = '' } = usePlace();
  const list = useRef<HTMLDivElement>(null);
  // A list that takes longer than that is not asked for again before it came.
  const isWaiting = useRef(true);
  const now = useNow(AGAIN_MS, isWaiting);
  // The list begins below the head of the table, which stays on top of it.
  const seen = useWindow(list, Number.POSITIVE_INFINITY, HOST_HEIGHT);
  const {
    items,
    rows,
    count: all,
    asked,
  } = useHosts(search, { top: seen.first, end: seen.end }, now);
  const { answer, refused, isOld } = asked;
  isWaiting.current = isOld;

  useEffect(() => {
    document.title = 'bpfledger';
  }, []);

  return (
    <>
      <TopBar>
        <input
          type="search"
          class="search"
          aria-label="Search hosts"
          placeholder="Search hosts"
          value={search}
          onInput={(event) => {
            if (list.current !== null) list.current.scrollTop = 0;
            go({ search: event.currentTarget.value });
          }}
        />
      </TopBar>
      <main class="fleet">
        <h1>Hosts {all !== undefined && <span class="sum">{count(all)}</span>}</h1>
        <p class="about">
          Each host has a log: every call that touches the cgroup-BPF of a machine, with what its
          kernel answered. Open one to see what stood where at any moment, and who did it.
        </p>
        {items.some(({ name }) => name === DEMO) && (
          <p class="about">
            <a
              class="first"
              href={fragmentOf({ host: DEMO, view: 'arrays', live: false, tour: 1 })}
            >
              Take the tour
            </a>
            : what a host can tell, in nine steps.
          </p>
        )}
        {refused !== undefined && <RefusedNote refused={refused} />}
        {answer?.items.length === 0 && refused === undefined && <NoHosts search={search} />}
        {all !== undefined && all > rows && (
          <p class="cut" role="status">
            Showing {count(rows)} of {countText(all, 'host')}: search to narrow.
          </p>
        )}
        <div class="scroll" ref={list}>
          {items.length > 0 && <Table {...{ items, rows, now }} seen={seen} />}
        </div>
      </main>
    </>
  );
}

interface TableProps {
  readonly items: readonly HostRow[];
  /** Also those that are not read yet. */
  readonly rows: number;
  readonly seen: Window;
  readonly now: number;
}

function Table({ items, rows, seen, now }: TableProps) {
  const first = Math.min(seen.first, rows);
  const end = Math.min(seen.end, rows);
  const shown = items.slice(first, end);
  return (
    <table class="hosts" aria-rowcount={rows + 1}>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col">host</th>
          <th scope="col">release</th>
          <th scope="col" class="number">
            head
          </th>
          <th scope="col">last event</th>
          <th scope="col" class="latest">
            latest events
          </th>
          <th scope="col" class="number">
            refused
          </th>
          <th scope="col" class="number">
            drift
          </th>
        </tr>
      </thead>
      <tbody>
        <Space rows={first} />
        {shown.map((row, i) => (
          <Row key={row.name} row={row} nth={first + i} now={now} />
        ))}
        <Space rows={rows - first - shown.length} />
      </tbody>
    </table>
  );
}

/** The room of rows that are not drawn. */
function Space({ rows }: { readonly rows: number }) {
  if (rows === 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <tr class="space" aria-hidden="true" style={{ height: `${rows * HOST_HEIGHT}px` }}>
      <td colSpan={7} />
    </tr>
  );
}

function NoHosts({ search }: { readonly search: string }) {
  if (search !== '') {
    return (
      <Note title={`No host has “${search}” in its name`}>
        <p>
          <button type="button" onClick={() => go({ search: undefined })}>
            Show all hosts
          </button>
        </p>
      </Note>
    );
  }
  return (
    <Note title="There is no host yet">
      <p>
        Start the service with <code>--demo</code> to get one with a recorded incident, or make one:
      </p>
      <pre>npx bpfledger hosts create web1 --release 6.18</pre>
    </Note>
  );
}

/** The time, again and again; it stands still while `isWaiting`. */
function useNow(everyMs: number, isWaiting: { readonly current: boolean }): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      if (!isWaiting.current) setNow(Date.now());
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
