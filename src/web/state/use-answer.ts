/**
 * An answer of the service, kept on the page while the next one is fetched, so that nothing jumps.
 * Answers about a fixed position never change: some of them are remembered.
 */
import { useLayoutEffect, useState } from 'preact/hooks';
import { ask, onSignIn, Refused } from '../service/ask.ts';

/** Answers that are remembered. */
const REMEMBERED_MAX = 300;
const remembered = new Map<string, unknown>();

function remember(path: string, answer: unknown): void {
  remembered.delete(path);
  remembered.set(path, answer);
  const [oldest] = remembered.keys();
  if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
}

/** Forgets all: the log became another one. */
export function forgetAnswers(): void {
  remembered.clear();
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
      ask<T>(path, over.signal).then(
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
