/**
 * Observing: the lines of a collector go through a spool to the log of a host. The kernel is
 * surveyed after the collector is attached, so that nothing falls between.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { linesOf } from '../../client/lines.ts';
import type { RestClient } from '../../client/rest-client.ts';
import type { Adoption } from '../snapshot/adopt.ts';
import { lostLine } from '../snapshot/lost-line.ts';
import type { KernelSnapshot } from '../snapshot/snapshot.ts';
import { type Header, readHeader } from './header.ts';
import { Intake } from './intake.ts';
import { quietSurvey } from './quiet-survey.ts';
import { collectorLine, snapshotLine } from './record.ts';
import { type Sending, startSending } from './send.ts';
import type { Spool } from './spool.ts';

/** Milliseconds in which a collector prints what it saw: it looks every 100. */
const SETTLE_MS = 250;
/** Milliseconds that the end waits for the service, where the caller does not say it. */
const FLUSH_MS = 5000;
/** Milliseconds after which the end waits no longer when the service took nothing. */
const QUIET_MS = 1500;
/** Milliseconds that lines wait in memory for more of them before they are written. */
const WRITE_MS = 20;
const LINES_IN_MEMORY_MAX = 100_000;

export interface ObserveRequest {
  readonly client: RestClient;
  readonly host: string;
  readonly spool: Spool;
  /** What the collector prints. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Reads the kernel that is observed; absent when it is not this one. */
  readonly survey?: () => KernelSnapshot;
  /**
   * Milliseconds that the end waits for the service; what waits longer stays in the spool. Default: a few
   * seconds, and not so long for a service that takes nothing.
   */
  readonly flushMs?: number;
  readonly told: ObserveListener;
}

/** What an operator is told of. */
export interface ObserveListener {
  readonly onHeader: (header: Header) => void;
  readonly onSurveyed: (survey: { readonly isQuiet: boolean; readonly tries: number }) => void;
  readonly onAdopted: (adoption: Adoption) => void;
  readonly onRefused: (line: string, why: string) => void;
  readonly onAway: (error: unknown) => void;
  readonly onBack: () => void;
}

/** What was done, and what is left. */
export interface Observed {
  readonly taken: number;
  readonly recorded: number;
  readonly refused: number;
  readonly dropped: number;
  /** Bytes that wait in the spool for the next start. */
  readonly waiting: number;
}

/**
 * Observes until the bytes of the collector end. Then it sends what waits, for a few seconds, while the service takes it.
 *
 * @throws Error when the first line is not a header
 */
export async function observe(request: ObserveRequest): Promise<Observed> {
  const { client, host, spool, flushMs = FLUSH_MS, told } = request;
  const stop = new AbortController();
  const intake = new Intake(spool);
  const sending = startSending({ client, host, spool, signal: stop.signal, ...told });
  try {
    await takeIn(request, { intake, sending });
  } finally {
    const drained = sending.drain().then(() => true);
    const deadline = performance.now() + flushMs;
    const quietMs = request.flushMs ?? QUIET_MS;
    for (let before = Number.POSITIVE_INFINITY; spool.waiting < before; ) {
      before = spool.waiting;
      const ms = Math.min(quietMs, deadline - performance.now());
      if (ms <= 0 || (await Promise.race([drained, sleep(ms, false, { ref: false })]))) break;
    }
    stop.abort();
  }
  const { taken, dropped } = intake.counts;
  return { taken, dropped, ...sending.counts, waiting: spool.waiting };
}

async function takeIn(
  { bytes, survey, told }: ObserveRequest,
  { intake, sending }: { readonly intake: Intake; readonly sending: Sending },
): Promise<void> {
  const lines = new Arriving(bytes);
  const first = await lines.first();
  if (first === undefined) return;
  const header = readHeader(first);
  told.onHeader(header);
  const take = async (some: readonly string[]) => {
    await intake.take(some);
    sending.wake();
  };
  if (survey === undefined) await take([snapshotLine(bootOf(header))]);
  else await take(await takeSurvey(lines, survey, told));
  for (;;) {
    const some = lines.takeLines();
    await take(some);
    if (some.length === 0 && lines.isOver) break;
    if (some.length === 0) await lines.more();
    else await sleep(WRITE_MS);
  }
  if (lines.error !== undefined) throw lines.error;
}

async function takeSurvey(
  lines: Arriving,
  survey: () => KernelSnapshot,
  told: ObserveListener,
): Promise<readonly string[]> {
  const settle = () => sleep(SETTLE_MS);
  const found = await quietSurvey({ takeLines: () => lines.takeLines(), settle, survey });
  told.onSurveyed(found);
  const { at } = found.snapshot;
  const cause = 'the kernel was read while it changed: some of it may be told twice';
  const hole = found.isQuiet ? [] : [JSON.stringify(lostLine(at, { to: at, cause }))];
  return [snapshotLine(found.snapshot), ...hole, ...found.after];
}

/** A collector of another machine tells of its boot, and of nothing that was there before. */
function bootOf({ release, boot_id }: Header): KernelSnapshot {
  return {
    at: new Date().toISOString(),
    ...(release !== undefined && { release }),
    ...(boot_id !== undefined && { boot_id }),
    covers: [],
    lines: [],
  };
}

/** Lines as they arrive, taken by whoever has time. */
class Arriving {
  private lines: string[] = [];
  private wake: () => void = () => undefined;
  private resume: () => void = () => undefined;
  isOver = false;
  error: unknown;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.read(bytes).catch((error: unknown) => {
      this.error = error;
      this.end();
    });
  }

  async first(): Promise<string | undefined> {
    if (this.lines.length === 0 && !this.isOver) await this.more();
    return this.lines.shift();
  }

  takeLines(): readonly string[] {
    const { lines } = this;
    this.lines = [];
    this.resume();
    return lines;
  }

  /** Resolves when there are lines, or will never be. */
  async more(): Promise<void> {
    if (this.lines.length > 0 || this.isOver) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }

  private async read(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const line of linesOf(bytes)) {
      if (line === '') continue;
      this.lines.push(collectorLine(line));
      this.wake();
      if (this.lines.length < LINES_IN_MEMORY_MAX) continue;
      await new Promise<void>((resolve) => {
        this.resume = resolve;
      });
    }
    this.end();
  }

  private end(): void {
    this.isOver = true;
    this.wake();
  }
}
