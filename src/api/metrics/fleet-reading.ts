/**
 * Reads the metrics of all hosts when somebody asks for metrics. One reading at a time, with a pause
 * after each that is many times as long as the reading, so however often they are asked for, and
 * however much there is to read, they take a small part of one connection.
 */
import { ATTACH_TYPE_NUMBERS } from '../../domain/attach-type.ts';
import { countDriftSlots } from '../../events/kernel-reports/drift-slots.ts';
import { troubleOf } from '../../events/storage/database-error.ts';
import { whileWanted } from '../../events/storage/while-wanted.ts';
import { latestLook } from '../../projections/fleet/arriving.ts';
import { countAttachments } from '../../projections/fleet/attachments.ts';
import { listEnded } from '../../projections/fleet/ended.ts';
import { FLEET_PIECES_MAX, FLEET_READ } from '../limits.ts';
import type { Service } from '../service.ts';
import { forgetState } from './fleet-metrics.ts';

export class FleetReading {
  readonly #service: Service;
  /** The look up to which was counted what ended; undefined before the first reading. */
  #arrival: number | undefined;
  #reading: Promise<void> | undefined;
  /** When the next reading may begin, microseconds since the epoch. */
  #next = 0;

  constructor(service: Service) {
    this.#service = service;
  }

  /**
   * Reads, unless that was done just now. A reading that takes long goes on without the caller, who
   * is told what is known from before. Never throws.
   */
  async refresh(): Promise<void> {
    const { clock } = this.#service;
    if (this.#reading === undefined && clock.now() < this.#next) return;
    this.#reading ??= this.#read();
    const done = new AbortController();
    const read = this.#reading.then(() => done.abort());
    await Promise.race([read, clock.sleep(FLEET_READ.waitMs, done.signal)]);
  }

  async #read(): Promise<void> {
    const { clock, metrics, onFault, closing } = this.#service;
    const began = clock.now();
    try {
      await this.#readAll();
      metrics.fleet.readAt.set(began / 1_000_000);
    } catch (error) {
      forgetState(metrics.fleet);
      metrics.fleet.readsFailed.inc();
      if (troubleOf(error) === undefined && !closing.aborted) onFault(error);
    }
    const took = clock.now() - began;
    const pause = Math.max(FLEET_READ.pauseMs * 1000, FLEET_READ.pausePerRead * took);
    this.#next = clock.now() + pause;
    this.#reading = undefined;
  }

  async #readAll(): Promise<void> {
    const { metrics, arrivals, closing } = this.#service;
    const { fleet } = metrics;
    const database = whileWanted(this.#service.database, closing);
    await arrivals.catchUp();
    const { attached, effective } = await countAttachments(database);
    const slots = await countDriftSlots(database);
    const { arrival: latest } = await latestLook(database);
    // An older copy of the database may have come back.
    this.#arrival = Math.min(this.#arrival ?? latest, latest);
    for (let piece = 0, more = true; more && piece < FLEET_PIECES_MAX; piece++) {
      const ended = await listEnded(database, this.#arrival);
      for (const seconds of ended.links) fleet.linkLifetime.observe(seconds);
      for (const seconds of ended.gaps) fleet.slotEmpty.observe(seconds);
      ({ arrival: this.#arrival, more } = ended);
    }
    forgetState(fleet);
    fleet.driftSlots.set(slots);
    for (const [type, modes] of attached) {
      const attach_type = labelOf(type);
      for (const [mode, n] of modes) fleet.attached.inc({ attach_type, mode }, n);
    }
    for (const [type, n] of effective) fleet.effective.inc({ attach_type: labelOf(type) }, n);
  }
}

/** The name of an attach type. Numbers without a name share one: a recorder may tell of any of them. */
function labelOf(type: string): string {
  return Object.hasOwn(ATTACH_TYPE_NUMBERS, type) ? type : 'other';
}
