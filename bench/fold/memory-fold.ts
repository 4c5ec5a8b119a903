/**
 * A process that holds the decoded events of one log, and folds them when it is told to. It has
 * folded no other: where V8 puts new objects depends on how long those of the log before lived.
 */
import { emptyKernel } from '../../src/domain/boot.ts';
import { decodeEvent, encodeEvent } from '../../src/events/encoding/codec.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { fold } from '../../src/events/reading/host-state.ts';
import type { Folded } from './cold-fold.ts';
import { LOGS } from './logs.ts';
import { digestOf } from './state-digest.ts';

/** Asks for one more fold. */
export type MemoryFold = 'fold';

const [name, count] = process.argv.slice(2);
const make = LOGS[name as string];
if (make === undefined) throw new Error(`there is no log ${name}`);
const events: LedgerEvent[] = [];
for await (const event of make(Number(count))) {
  events.push(decodeEvent({ ...event, body: encodeEvent(event) }));
}

process.on('message', (_: MemoryFold) => {
  const kernel = emptyKernel();
  const start = performance.now();
  fold(kernel, events);
  const ms = performance.now() - start;
  process.send?.({ ms, digest: digestOf(kernel) } satisfies Folded);
});
