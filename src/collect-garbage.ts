/**
 * Gives back what a start left. A start makes many objects that soon die, and V8 collects them when
 * it needs their place, which a process that is asked little never does.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds: to collect during the start would delay the first answers. */
const REST_MS = 2000;

/**
 * Collects all garbage of this thread once, some seconds from now; it takes some hundredths of a
 * second. Returns what cancels it.
 */
export function collectGarbageLater(): () => void {
  const timer = setTimeout(() => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
    collect();
  }, REST_MS);
  timer.unref();
  return () => clearTimeout(timer);
}
