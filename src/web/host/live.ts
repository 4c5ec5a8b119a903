/** Follows the head of a host while the page is live. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { HostDetail } from '../service/answers.ts';
import { follow } from '../service/follow.ts';
import { forgetAnswers } from '../state/use-answer.ts';

/** Milliseconds between two moves of the head: a log may grow faster than a screen is drawn. */
const MOVE_MS = 150;

export interface Live {
  /** The host as of the newest event that is known. */
  readonly detail: HostDetail;
  /** Whether the stream is open. */
  readonly isOpen: boolean;
}

/** @param onChanged called when what is known of the host is to be asked for again */
export function useLive(known: HostDetail, isLive: boolean, onChanged: () => void): Live {
  const [head, setHead] = useState<{ position: number; recorded_at: string } | undefined>();
  const [isOpen, setOpen] = useState(false);
  const start = useRef(known.position);
  start.current = Math.max(known.position, head?.position ?? 0);

  useEffect(() => {
    if (!isLive) return;
    const over = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    follow(
      known.name,
      { after: start.current, signal: over.signal },
      {
        onOpen: setOpen,
        onHistoryChanged() {
          forgetAnswers();
          setHead(undefined);
          onChanged();
        },
        onEvents(events) {
          const last = events.at(-1);
          if (last === undefined) return;
          const { position, recorded_at } = last;
          if (events.some(({ call }) => call.name === 'boot')) onChanged();
          newest = { position, recorded_at };
          timer ??= setTimeout(() => {
            timer = undefined;
            setHead(newest);
          }, MOVE_MS);
        },
      },
    ).catch(() => setOpen(false));
    let newest: { position: number; recorded_at: string } | undefined;
    return () => {
      over.abort();
      clearTimeout(timer);
      setOpen(false);
    };
  }, [known.name, isLive]);

  const detail =
    head !== undefined && head.position > known.position ? { ...known, ...head } : known;
  return { detail, isOpen: isLive && isOpen };
}
