/** What an executor tells of its work: how many calls it applied, now and then. */
import { countText } from '../domain/count-text.ts';

/** Milliseconds that a call waits for more. */
const PAUSE_MS = 1000;

export interface AppliedCalls {
  /** A call was applied. */
  add(position: number): void;
  /** Says what is not said yet. */
  flush(): void;
}

/** Counts applied calls, and says so: those of a second in one line. */
export function appliedCalls(say: (line: string) => void): AppliedCalls {
  let calls = 0;
  let last = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (calls === 0) return;
    say(`applied ${countText(calls, 'call')}, up to position ${last}`);
    calls = 0;
  };
  return {
    add(position) {
      calls++;
      last = position;
      timer ??= setTimeout(flush, PAUSE_MS).unref();
    },
    flush,
  };
}
