/**
 * Gives back, when the process rests, what it took while it worked. V8 keeps the room that young
 * objects had, and the allocator keeps what was freed, until somebody asks for it again, which in a
 * process that is asked little nobody does: docs/performance.md#memory-that-an-idle-process-keeps
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds between two looks: V8 looks back as far. */
const LOOK_MS = 5000;
/** The part of one processor below which the process rests. */
const REST = 0.05;
/** Looks of one minute. */
const ROUND = 12;

/**
 * Calls a function when the process did next to nothing for some seconds, and once more with the
 * next look; while it rests, again each minute. It does not keep the process alive. Returns what
 * ends it.
 */
export function whenAtRest(giveBack: () => void): () => void {
  let before = process.cpuUsage();
  let quiet = 0;
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    const rests = user + system < REST * LOOK_MS * 1000;
    if (rests && quiet % ROUND < 2) giveBack();
    quiet = rests ? quiet + 1 : 0;
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Collects the young garbage of this thread. V8 gives up most of the room for it when it finds that
 * little was made since the collection before, so only a second one does that. It takes a
 * millisecond or two: what is old is left to V8, which marks it in steps.
 */
export function collectYoungGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;
  setFlagsFromString('--no-expose-gc');
  collect({ type: 'minor' });
}
