// A process of its own that asks /healthz every 10 ms over one kept connection and looks at the
// memory of the service. Asked by a message, it tells the longest wait and the peak since the last.

import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 10;
const [url = '', pid = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

export interface Watched {
  /** The longest wait for an answer, milliseconds; one that is still waited for counts. */
  readonly longestMs: number;
  /** Peak of the resident memory, bytes. */
  readonly rss: number;
}

let longestMs = 0;
let rss = 0;
let askedAt: number | undefined;

function askHealth(): Promise<void> {
  return new Promise((resolve, reject) => {
    get(`${url}/healthz`, { agent }, (response) => {
      response.resume().once('end', resolve).once('error', reject);
    }).once('error', reject);
  });
}

function look(): void {
  const pages = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  rss = Math.max(rss, Number(pages ?? 0) * 1024);
}

process.on('message', () => {
  const waiting = askedAt === undefined ? 0 : performance.now() - askedAt;
  process.send?.({ longestMs: Math.max(longestMs, waiting), rss } satisfies Watched);
  longestMs = 0;
  rss = 0;
  if (askedAt !== undefined) askedAt = performance.now();
});
process.once('disconnect', () => process.exit(0));

for (;;) {
  askedAt = performance.now();
  // A service that was held for very long has cut the connection meanwhile.
  while (
    !(await askHealth().then(
      () => true,
      () => false,
    ))
  )
    await sleep(EVERY_MS);
  longestMs = Math.max(longestMs, performance.now() - askedAt);
  askedAt = undefined;
  look();
  await sleep(EVERY_MS);
}
