// What goes wrong, each at its time, whatever goes on meanwhile.

import type { Excuses, Failover } from './answers.ts';
import { KIND_OF, type Trouble } from './plan.ts';
import { oneOf, type Scene, type Service } from './scene.ts';
import { trimLog } from './trimming.ts';

/** Milliseconds at most. */
const CRASHED_MS = 4000;
const PROMOTED_MS = 2000;
const CUT_OFF_MS = 8000;
/** Commits that a standby lacks at most. */
const LACKING_MAX = 4;
/** A clock steps by half of that at most, to either side. */
const STEPS_US = 20e6;
/** Longer than a key is honoured. */
const DAY_US = 25 * 3600 * 1e6;

/** How a statement begins that reads events. */
const PAGE = 'with page as';

interface Takeover {
  readonly number: number;
  /** How long the server is away. */
  readonly ms: number;
  /** Commits that the standby lacks at most. */
  readonly lacking: number;
}

export class Troubles implements Excuses {
  readonly #scene: Scene;
  readonly #restart: (service: Service) => Promise<void>;
  /** Standbys that take over when a page of events is read. */
  readonly #betweenReads: Takeover[] = [];
  kills = 0;
  crashes = 0;
  readonly failovers: Failover[] = [];
  /** How often the log was cut. */
  trims = 0;
  /** Idempotency keys that were forgotten. */
  swept = 0;
  readonly days: number[] = [];
  /** Microseconds by which all clocks are ahead, for the days that passed. */
  daysUs = 0;
  /** The last position at which the log was ever cut, also by a server that is gone. */
  trimmedTo = 1;

  constructor(scene: Scene, restart: (service: Service) => Promise<void>) {
    this.#scene = scene;
    this.#restart = restart;
  }

  /** Lets all of them happen, at their times from now on. */
  async run(troubles: readonly Trouble[]): Promise<void> {
    await Promise.all(
      troubles.map(async (trouble) => {
        await this.#scene.timeline.sleep(trouble.at);
        if (this.#scene.happens(KIND_OF[trouble.deed])) await this.#happen(trouble);
      }),
    );
  }

  async #happen({ deed, number, which, size, more }: Trouble): Promise<void> {
    const { server, timeline, tell } = this.#scene;
    const service = oneOf(this.#scene, which);
    const below = (end: number, fraction: number) => Math.floor(fraction * end);
    switch (deed) {
      case 'kill':
        this.kills++;
        tell(`trouble ${number}: service ${service.number} is killed`);
        await this.#restart(service);
        break;
      case 'crash':
        this.crashes++;
        tell(`trouble ${number}: the server crashes, for ${below(CRASHED_MS, size)} ms`);
        server.crash(below(CRASHED_MS, size));
        break;
      case 'failover': {
        const lacking = 1 + below(LACKING_MAX, more);
        const ms = below(2 * PROMOTED_MS, size) - PROMOTED_MS;
        if (ms >= 0) this.#failOver({ number, ms, lacking });
        else this.#betweenReads.push({ number, ms: 0, lacking });
        break;
      }
      case 'cut-off':
        service.network.isCut = true;
        tell(
          `trouble ${number}: service ${service.number} is cut off, for ${below(CUT_OFF_MS, size)} ms`,
        );
        timeline.after(below(CUT_OFF_MS, size), () => {
          service.network.isCut = false;
        });
        break;
      case 'clock': {
        const step = Math.trunc((size - 0.5) * STEPS_US);
        service.offUs += step;
        tell(`trouble ${number}: the clock of service ${service.number} steps by ${step} µs`);
        break;
      }
      case 'trim':
        await this.#trim(number);
        break;
      case 'sweep':
        await this.#sweep({ number, service, isAfterADay: more < 0.5 });
        break;
      default:
        deed satisfies never;
    }
  }

  /**
   * A statement is about to be sent. A standby takes over between the read of a head and that of its
   * events, before anybody can notice that the server was away.
   */
  noteSending(text: string): void {
    const [next] = this.#betweenReads;
    if (next === undefined || !text.startsWith(PAGE) || !this.#scene.happens('failovers')) return;
    this.#betweenReads.shift();
    this.#failOver(next);
  }

  #failOver({ number, ms, lacking }: Takeover): void {
    const { server, timeline, tell } = this.#scene;
    const cuts = [...server.failOver(ms, lacking).values()];
    for (const cut of cuts) this.failovers.push({ at: timeline.now, cut });
    tell(
      `trouble ${number}: after ${ms} ms a standby takes over that lacks ${lacking} commits: the log ` +
        `ends at ${cuts.join()}`,
    );
  }

  async #trim(number: number): Promise<void> {
    const position = await trimLog(this.#scene, this.#scene.streams(`trim ${number}`));
    if (position === undefined) return;
    this.trims++;
    this.trimmedTo = Math.max(this.trimmedTo, position);
  }

  /** A service forgets old keys. Nothing is lost when it cannot: it tries again later. */
  async #sweep({
    number,
    service,
    isAfterADay,
  }: {
    readonly number: number;
    readonly service: Service;
    readonly isAfterADay: boolean;
  }): Promise<void> {
    const { timeline, tell, happens } = this.#scene;
    if (isAfterADay && happens('days')) {
      this.daysUs += DAY_US;
      this.days.push(timeline.now);
    }
    const swept = await service.log.sweepKeys().catch(() => 0);
    this.swept += swept;
    tell(
      `trouble ${number}: ${isAfterADay ? 'a day later, ' : ''}service ${service.number} forgets ` +
        `${swept} keys`,
    );
  }
}
