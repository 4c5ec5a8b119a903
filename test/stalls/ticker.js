// Runs in the service that is attacked (NODE_OPTIONS=--import): writes down the most work, in
// milliseconds of the main thread's own processor time, that was done between two ticks of a timer.
// Unlike a wait it does not grow when other processes want the same processor. SIGUSR2 begins anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const TICK_MS = 2;
const file = process.env.BPFLEDGER_STALLS_FILE;

/** Nanoseconds that the main thread has run. */
function ran() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]);
}

if (isMainThread && file !== undefined) {
  let before = ran();
  let longest = 0;
  setInterval(() => {
    const now = ran();
    if (now - before > longest) {
      longest = now - before;
      writeFileSync(file, String(longest / 1e6));
    }
    before = now;
  }, TICK_MS).unref();
  process.on('SIGUSR2', () => {
    longest = 0;
    before = ran();
    writeFileSync(file, '0');
  });
}
