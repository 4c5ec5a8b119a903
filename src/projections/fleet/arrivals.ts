/**
 * The looks of this process: shortly after a log grew, and now and then at all logs, since a hint may be
 * lost. Who reads waits for what this process knows of, so that a read after a write sees the write.
 */
import type { Clock } from '../../events/clock.ts';
import type { Database } from '../../events/storage/database.ts';
import { LOOK_EVENTS_MAX, type Look, look } from './arriving.ts';
import { pauseAfterLook } from './look-pause.ts';

/** Milliseconds between two looks at all logs. */
const ALL_MS = 5000;
/**
 * Events of a look that nobody waits for, at most: short ones, between which it shows soon that logs
 * grow, and that who writes needs the database.
 */
const UNAWAITED_EVENTS_MAX = 2000;
/** Events of a look, at least, whatever failed. */
const EVENTS_MIN = 100;
/** Hosts that are remembered by id; when more have grown, all are looked at. */
const NOTED_MAX = 10_000;

export interface ArrivalsOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Gives random bytes, such as `randomBytes` of node:crypto. */
  readonly randomBytes: (size: number) => Uint8Array;
  /** Called with what made a look fail that nobody waited for; the next one tries again. */
  readonly onFault: (error: unknown) => void;
}

/** The highest number of arrival, and its mark: after the database went back, the same number has another. */
type Newest = Pick<Look, 'arrival' | 'mark'>;

export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #over = new AbortController();
  /** Hosts that may have grown since the last look; never more than `NOTED_MAX`. */
  #noted = new Set<number>();
  /** All hosts may have grown. */
  #all = true;
  /** One look at a time. */
  #looking: Promise<void> | undefined;
  /** Ends the pause before the next look. */
  #hurry = new AbortController();
  /** The pause is longer than anybody waits. */
  #isUnawaited = false;
  #newest: Newest = { arrival: 0, mark: 0 };
  /** Events of the next look, at most: half as many after one that failed, so that none fails for ever. */
  #eventsMax: number;
  /** There is more than the last look took. */
  #hasMore = false;
  /** There is more than a reader may wait for. */
  #isBehind = false;
  /** Those who wait for what comes. */
  readonly #waiting = new Set<() => void>();
  /** The same of those who need not know it soon: for them, looks come no sooner. */
  readonly #patient = new Set<() => void>();
  readonly #running: Promise<void>;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
    this.#eventsMax = LOOK_EVENTS_MAX[options.database.kind];
    this.#running = this.#run();
  }

  /** The highest number of arrival that this process knows; lower than before once the database went back. */
  get latest(): number {
    return this.#newest.arrival;
  }

  /** The same with its mark; another object whenever either changed. */
  get newest(): Newest {
    return this.#newest;
  }

  /** A log may have grown. */
  note(hostId: number): void {
    if (this.#noted.size >= NOTED_MAX) this.#all = true;
    else this.#noted.add(hostId);
  }

  /**
   * Looks, so that all that was noted has arrived. While there is a long way to go, after a start with
   * logs from before, a reader gets what has arrived so far.
   */
  async catchUp(): Promise<void> {
    // What is under way may have begun before the caller's write.
    await this.#looking?.catch(() => undefined);
    if (this.#isBehind) return;
    if (this.#looking === undefined && !this.#all && this.#noted.size === 0) return;
    const isShort = this.#looking !== undefined;
    await this.#look();
    if (isShort && this.#hasMore && !this.#isBehind) await this.#look();
  }

  /** Waits until something else than this number is the latest to arrive, or a signal aborts. */
  after(arrival: number, signal: AbortSignal): Promise<void> {
    const { size } = this.#waiting;
    const waiting = this.#wait(this.#waiting, arrival, signal);
    if (this.#waiting.size > size) this.#hurry.abort();
    return waiting;
  }

  /** The same with patience: looks half a second to a second apart cost who writes less. */
  afterAWhile(arrival: number, signal: AbortSignal): Promise<void> {
    const waiting = this.#wait(this.#patient, arrival, signal);
    if (this.#isUnawaited && this.#patient.size > 0) this.#hurry.abort();
    return waiting;
  }

  #wait(waiting: Set<() => void>, arrival: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        waiting.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      if (this.latest !== arrival || signal.aborted || this.#over.signal.aborted) return resolve();
      signal.addEventListener('abort', end);
      waiting.add(end);
    });
  }

  /** Ends the looks, and the waiting; waits for the look under way. */
  async close(): Promise<void> {
    this.#over.abort();
    this.#hurry.abort();
    this.#wake();
    await this.#running;
  }

  #wake(): void {
    for (const end of [...this.#waiting, ...this.#patient]) end();
  }

  async #run(): Promise<void> {
    const { clock, onFault } = this.#options;
    const { signal } = this.#over;
    let allMs = 0;
    while (!signal.aborted) {
      const began = clock.now();
      if (allMs >= ALL_MS) {
        this.#all = true;
        allMs = 0;
      }
      if (this.#all || this.#noted.size > 0) {
        await this.#look(UNAWAITED_EVENTS_MAX).catch(onFault);
      }
      await this.#pause((clock.now() - began) / 1000);
      allMs += (clock.now() - began) / 1000;
    }
  }

  /** Waits for the next look, shorter while somebody follows. */
  async #pause(tookMs: number): Promise<void> {
    const { clock } = this.#options;
    const { followedMs } = pauseAfterLook(tookMs, false);
    await clock.sleep(followedMs, this.#over.signal);
    if (this.#waiting.size > 0 || this.#over.signal.aborted) return;
    const isGrowing = this.#noted.size > 0;
    if (this.#hasMore && !isGrowing) return;
    const { patientMs, unfollowedMs } = pauseAfterLook(tookMs, isGrowing);
    this.#hurry = new AbortController();
    await clock.sleep(patientMs - followedMs, this.#hurry.signal);
    if (this.#patient.size > 0 || this.#hurry.signal.aborted) return;
    this.#isUnawaited = true;
    await clock.sleep(unfollowedMs - patientMs, this.#hurry.signal);
    this.#isUnawaited = false;
  }

  /** The look that is under way, or a new one. */
  #look(eventsMax = Number.POSITIVE_INFINITY): Promise<void> {
    this.#looking ??= this.#lookAt(eventsMax);
    return this.#looking;
  }

  async #lookAt(most: number): Promise<void> {
    const { database, randomBytes } = this.#options;
    const noted = this.#noted;
    const all = this.#all;
    this.#noted = new Set();
    this.#all = false;
    try {
      const mark = Buffer.from(randomBytes(6)).readUIntBE(0, 6);
      const hosts = all ? undefined : [...noted];
      const eventsMax = Math.min(this.#eventsMax, most);
      const found = await look(database, { hosts, mark, eventsMax });
      const { arrival, more } = found;
      this.#eventsMax = Math.min(2 * this.#eventsMax, LOOK_EVENTS_MAX[database.kind]);
      this.#hasMore = more;
      this.#isBehind = more && (this.#isBehind || eventsMax < most);
      // What did not fit, or came from a log that nobody noted, is found by a look at all.
      if (more) this.#all = true;
      if (arrival === this.latest && found.mark === this.#newest.mark) return;
      this.#newest = { arrival, mark: found.mark };
      this.#wake();
    } catch (error) {
      this.#all = true;
      this.#eventsMax = Math.max(Math.floor(Math.min(this.#eventsMax, most) / 2), EVENTS_MIN);
      throw error;
    } finally {
      this.#looking = undefined;
    }
  }
}
