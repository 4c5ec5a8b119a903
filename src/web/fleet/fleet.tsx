/** The hosts: each with its release, its head, its last event, and how its latest events went. */
import { useEffect, useState } from 'preact/hooks';
import { TopBar } from '../head.tsx';
import { Note, RefusedNote } from '../note.tsx';
import type { HostPage, HostRow } from '../service/answers.ts';
import { withQuery } from '../service/ask.ts';
import { fragmentOf } from '../state/place.ts';
import { useAnswer } from '../state/use-answer.ts';
import { go, usePlace } from '../state/use-place.ts';
import { count, counted } from '../state/words.ts';
import { Row } from './row.tsx';

/** Hosts of one page of the list. */
const PAGE = 100;
/** The host that the tour begins at; `serve --demo` makes it. */
const DEMO = 'demo-links';
/** Milliseconds after which the list is asked for again. */
const AGAIN_MS = 10_000;

export function Fleet() {
  const { search = '' } = usePlace();
  const [pages, setPages] = useState<readonly string[]>([]);
  const now = useNow(AGAIN_MS);
  const after = pages.at(-1);
  const asked = { limit: PAGE, after, search: search === '' ? undefined : search, count: 'true' };
  const { answer, refused, isOld } = useAnswer<HostPage>(withQuery('/v1/hosts', asked), {
    version: now,
  });
  const next = answer?.next;

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
            setPages([]);
            go({ search: event.currentTarget.value });
          }}
        />
      </TopBar>
      <main class="fleet">
        <h1>Hosts</h1>
        <p class="about">
          Each host has a log: every call that touches the cgroup-BPF of a machine, with what its
          kernel answered. Open one to see what stood where at any moment, and who did it.
        </p>
        {answer?.items.some(({ name }) => name === DEMO) && (
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
        {answer !== undefined && answer.items.length > 0 && (
          <Table items={answer.items} now={now} />
        )}
        <nav class="pages" aria-label="Pages">
          {!isOld && answer?.count !== undefined && answer.count > answer.items.length && (
            <p class="cut">
              Showing {count(pages.length * PAGE + 1)} to{' '}
              {count(pages.length * PAGE + answer.items.length)} of {counted(answer.count, 'host')}:
              search to narrow.
            </p>
          )}
          {pages.length > 0 && (
            <button type="button" onClick={() => setPages(pages.slice(0, -1))}>
              Back
            </button>
          )}
          {next !== undefined && (
            <button type="button" disabled={isOld} onClick={() => setPages([...pages, next])}>
              More hosts
            </button>
          )}
        </nav>
      </main>
    </>
  );
}

function Table({ items, now }: { readonly items: readonly HostRow[]; readonly now: number }) {
  return (
    <div class="scroll">
      <table class="hosts">
        <thead>
          <tr>
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
          {items.map((row) => (
            <Row key={row.name} row={row} now={now} />
          ))}
        </tbody>
      </table>
    </div>
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

/** The time, again and again. */
function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
