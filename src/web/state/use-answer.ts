/**
 * An answer of the service, kept on the page while the next one is fetched, so that nothing jumps.
 * Answers about a fixed position never change: some of them are remembered.
 */
import { useLayoutEffect, useState } from 'preact/hooks';
import { ask, onSignIn, Refused } from '../service/ask.ts';

/** Answers that are remembered, and rows that all of them have. */
const REMEMBERED_MAX = 300;
const ROWS_MAX = 100_000;
const remembered = new Map<string, unknown>();
let rows = 0;

function rowsOf(answer: unknown): number {
  const { items } = answer as { readonly items?: readonly unknown[] };
  return items?.length ?? 1;
}

function remember(path: string, answer: unknown): void {
  forget(path);
  remembered.set(path, answer);
  rows += rowsOf(answer);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= REMEMBERED_MAX && rows <= ROWS_MAX) return;
    forget(oldest);
  }
}

function forget(path: string): void {
  if (!remembered.has(path)) return;
  rows -= rowsOf(remembered.get(path));
  remembered.delete(path);
}

/** Answers that were asked for before anyone needed them, and have not been taken. */
const ahead = new Map<string, Promise<unknown>>();

interface Ahead {
  /** Nobody waits for it. */
  readonly isIdle?: boolean;
  /** The answer never changes, so it is remembered; another one is given to the next who asks. */
  readonly isFixed?: boolean;
}

/** Asks for what will soon be needed. */
export function askAhead(path: string, { isIdle = false, isFixed = true }: Ahead = {}): void {
  if (remembered.has(path) || ahead.has(path)) return;
  const answer = ask<unknown>(path, undefined, isIdle ? 'low' : 'auto');
  ahead.set(path, answer);
  answer.then(
    (came) => {
      if (!isFixed) return;
      ahead.delete(path);
      remember(path, came);
    },
    () => ahead.delete(path),
  );
}

/** What was asked ahead, or else the answer to a question that is asked now. */
function askedAhead<T>(path: string, signal: AbortSignal): Promise<T> {
  const answer = ahead.get(path) as Promise<T> | undefined;
  if (answer === undefined) return ask<T>(path, signal);
  ahead.delete(path);
  return answer.catch(() => ask<T>(path, signal));
}

/** Forgets all: the log became another one. */
export function forgetAnswers(): void {
  remembered.clear();
  ahead.clear();
  rows = 0;
}

export interface Answer<T> {
  /** The newest answer that arrived, perhaps to an earlier question. */
  readonly answer: T | undefined;
  /** What the answer answers. */
  readonly path: string | undefined;
  readonly refused: Refused | undefined;
  /** The answer is still the one to an earlier question. */
  readonly isOld: boolean;
}

const NONE = { answer: undefined, path: undefined, refused: undefined } as const;

interface Asked {
  /** The answer never changes. */
  readonly isFixed?: boolean;
  /** Milliseconds to wait first: while the reader steps on, costly questions are not asked. */
  readonly waitMs?: number;
  /** Asks again when it changes. */
  readonly version?: unknown;
}

/** The answer to a question; undefined asks nothing. */
export function useAnswer<T>(
  path: string | undefined,
  { isFixed = false, waitMs = 0, version }: Asked = {},
): Answer<T> {
  const [got, setGot] = useState<Omit<Answer<T>, 'isOld'>>(NONE);
  const known = path === undefined ? undefined : (remembered.get(path) as T | undefined);

  useLayoutEffect(() => {
    if (path === undefined) {
      setGot(NONE);
      return;
    }
    if (known !== undefined) {
      setGot({ answer: known, path, refused: undefined });
      return;
    }
    const over = new AbortController();
    const fetchIt = () =>
      askedAhead<T>(path, over.signal).then(
        (answer) => {
          if (isFixed) remember(path, answer);
          if (!over.signal.aborted) setGot({ answer, path, refused: undefined });
        },
        (error: unknown) => {
          if (over.signal.aborted) return;
          const refused =
            error instanceof Refused
              ? error
              : new Refused(0, { title: 'The page failed', detail: String(error) });
          setGot((before) => ({ answer: before.answer, path, refused }));
        },
      );
    const timer = waitMs === 0 ? undefined : setTimeout(fetchIt, waitMs);
    if (timer === undefined) void fetchIt();
    const end = onSignIn(() => void fetchIt());
    return () => {
      over.abort();
      clearTimeout(timer);
      end();
    };
  }, [path, version]);

  if (path !== undefined && known !== undefined) {
    return { answer: known, path, refused: undefined, isOld: false };
  }
  return { ...got, isOld: got.path !== path };
}
