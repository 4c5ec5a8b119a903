/**
 * An answer of the service, kept on the page while the next one is fetched, so that nothing jumps.
 * Answers about a fixed position never change: some of them are remembered.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { AskRefused, ask, onSignIn } from '../service/ask.ts';

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
function takeAhead<T>(path: string, signal: AbortSignal): Promise<T> {
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

export interface AnswerState<T> {
  /** The newest answer that arrived, perhaps to an earlier question. */
  readonly answer: T | undefined;
  /** What the answer answers. */
  readonly path: string | undefined;
  readonly refused: AskRefused | undefined;
  /** The answer is still the one to an earlier question. */
  readonly isOld: boolean;
}

/** A question that is under way. */
interface Flight {
  readonly over: AbortController;
  readonly done: Promise<void>;
  /** Milliseconds of the page's clock. */
  readonly since: number;
}

/** Milliseconds after which a newer question does not wait for the one before. */
const PACE_MS = 2000;
/** Milliseconds after which a service that had too much to do is asked again. */
const AGAIN_MS = 1000;
const BUSY = 503;

const NONE = { answer: undefined, path: undefined, refused: undefined } as const;

interface AnswerOptions {
  /** The answer never changes. */
  readonly isFixed?: boolean;
  /** Milliseconds to wait first: while the reader steps on, costly questions are not asked. */
  readonly waitMs?: number;
  /**
   * One question at a time: while the reader drags on, the answer to an earlier one is shown when it comes,
   * and the newest question is asked then; those between are left out.
   */
  readonly isPaced?: boolean;
  /** Asks again when it changes. */
  readonly version?: unknown;
}

/** The answer to a question; undefined asks nothing. */
export function useAnswer<T>(
  path: string | undefined,
  { isFixed = false, waitMs = 0, isPaced = false, version }: AnswerOptions = {},
): AnswerState<T> {
  const [got, setGot] = useState<Omit<AnswerState<T>, 'isOld'>>(NONE);
  const known = path === undefined ? undefined : (remembered.get(path) as T | undefined);

  const flying = useRef<Flight | undefined>(undefined);
  useEffect(() => () => flying.current?.over.abort(), []);

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
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fetchIt = (): Promise<void> =>
      takeAhead<T>(path, over.signal).then(
        (answer) => {
          if (isFixed) remember(path, answer);
          if (!over.signal.aborted) setGot({ answer, path, refused: undefined });
        },
        (error: unknown) => {
          if (over.signal.aborted) return;
          const refused =
            error instanceof AskRefused
              ? error
              : new AskRefused(0, { title: 'The page failed', detail: String(error) });
          setGot((before) => ({ answer: before.answer, path, refused }));
          if (refused.status === BUSY && isWanted) timer = setTimeout(begin, AGAIN_MS);
        },
      );
    let isWanted = true;
    const begin = () => {
      if (!isWanted) return;
      const asked = fetchIt();
      if (!isPaced) return;
      const flight = { over, done: asked, since: performance.now() };
      flying.current = flight;
      void asked.then(() => {
        if (flying.current === flight) flying.current = undefined;
      });
    };
    const before = flying.current;
    if (before !== undefined) {
      void before.done.then(begin);
      // Nobody waits longer than that for an answer that was left behind.
      timer = setTimeout(() => before.over.abort(), before.since + PACE_MS - performance.now());
    } else if (waitMs === 0) begin();
    else timer = setTimeout(begin, waitMs);
    const end = onSignIn(() => void fetchIt());
    return () => {
      isWanted = false;
      if (!isPaced) over.abort();
      clearTimeout(timer);
      end();
    };
  }, [path, version]);

  if (path !== undefined && known !== undefined) {
    return { answer: known, path, refused: undefined, isOld: false };
  }
  return { ...got, isOld: got.path !== path };
}
