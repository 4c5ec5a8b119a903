/**
 * Sends what waits in a spool to the service, in order, each line once. A service that is away is
 * waited for; a line that it will never take becomes a hole in the record, and does not hold up
 * the others.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { postLines } from '../../client/post-lines.ts';
import type { RestClient } from '../../client/rest-client.ts';
import { type Adoption, adopt } from '../snapshot/adopt.ts';
import { lostLine } from '../snapshot/lost-line.ts';
import { snapshotIn } from './record.ts';
import type { Piece, Spool } from './spool.ts';

/** Lines of a piece. */
const PIECE_LINES = 1000;
/** Milliseconds that lines wait for more. */
const GATHER_MS = 200;
const PAUSE_MS = { first: 200, most: 10_000 } as const;
/** Bytes of the cause of a hole (`CAUSE_BYTES_MAX` of the service is 200). */
const CAUSE_CHARS = 180;

export interface SendingTo {
  readonly client: RestClient;
  readonly host: string;
  readonly spool: Spool;
  /** Aborts when nothing more may be sent. */
  readonly signal: AbortSignal;
  onAdopted(adoption: Adoption): void;
  onRefused(line: string, why: string): void;
  /** The service does not take anything at the moment, or does again. */
  onAway(error: unknown): void;
  onBack(): void;
}

export interface Sending {
  /** Lines that were refused, and lines that were recorded. */
  readonly counts: { readonly recorded: number; readonly refused: number };
  /** There is more to send. */
  wake(): void;
  /** Sends what waits without waiting for more, and resolves when nothing does, or it was aborted. */
  drain(): Promise<void>;
}

/** Sends until it is aborted, or drained. */
export function startSending(to: SendingTo): Sending {
  const { spool, signal } = to;
  const counts = { recorded: 0, refused: 0 };
  let draining = false;
  let wake: () => void = () => undefined;
  const waitForWake = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  signal.addEventListener('abort', () => wake(), { once: true });

  async function run(): Promise<void> {
    let pause: number = PAUSE_MS.first;
    while (!signal.aborted) {
      const waiting = waitForWake();
      const piece = await spool.next(PIECE_LINES);
      if (piece === undefined) {
        if (draining) return;
        await waiting;
        if (!draining) await sleep(GATHER_MS, undefined, { signal }).catch(() => undefined);
        continue;
      }
      try {
        await sendPiece(to, piece, counts);
        if (pause !== PAUSE_MS.first) to.onBack();
        pause = PAUSE_MS.first;
      } catch (error) {
        if (signal.aborted) return;
        to.onAway(error);
        await sleep(pause, undefined, { signal }).catch(() => undefined);
        pause = Math.min(pause * 2, PAUSE_MS.most);
      }
    }
  }

  const running = run();
  return {
    counts,
    wake: () => wake(),
    drain() {
      draining = true;
      wake();
      return running;
    },
  };
}

/** Sends one piece, or the part of it before a line that is for itself. */
async function sendPiece(
  to: SendingTo,
  { key, lines }: Piece,
  counts: { recorded: number; refused: number },
): Promise<void> {
  const { client, host, spool } = to;
  const [first = ''] = lines;
  const snapshot = snapshotIn(first);
  if (snapshot !== undefined) {
    to.onAdopted(await adopt(client, host, snapshot, 'nobody observed'));
    await spool.markSent([first]);
    return;
  }
  const end = lines.findIndex((line) => snapshotIn(line) !== undefined);
  const some = end < 0 ? lines : lines.slice(0, end);
  const { recorded, refused } = await postLines(client, host, { key, lines: some });
  counts.recorded += recorded;
  await spool.markSent(some.slice(0, recorded));
  const line = some[recorded];
  if (refused === undefined || line === undefined) return;
  to.onRefused(line, refused);
  // Under a key of its own: under the other one this line was asked for already.
  const hole = lostLine(timeOf(line), { events: 1, cause: plain(`refused: ${refused}`) });
  await postLines(client, host, { key: `${key}-${recorded}-lost`, lines: [JSON.stringify(hole)] });
  counts.refused++;
  await spool.markSent([line]);
}

/** When a line says that it was; now, when it does not say. */
function timeOf(line: string): string {
  try {
    const { at } = JSON.parse(line) as { readonly at?: unknown };
    if (typeof at === 'string' && Date.parse(at) <= Date.now()) return at;
  } catch {
    // That may be why it was refused.
  }
  return new Date().toISOString();
}

/** A cause may have neither quotes of a shell nor what is not ASCII. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, CAUSE_CHARS);
}
