// One story: services, clients and followers on one server, and what happens to them, all from a seed.

import { createHash } from 'node:crypto';
import { emptyKernel } from '../../src/domain/boot.ts';
import { decodeEvent, encodeEvent } from '../../src/events/encoding/codec.ts';
import { openLog } from '../../src/events/log.ts';
import { fold } from '../../src/events/reading/host-state.ts';
import { snapshotText } from '../../src/events/reading/snapshots.ts';
import { projector } from '../../src/projections/projector.ts';
import { Answers } from './answers.ts';
import { examine } from './checks.ts';
import { askUntilAnswered, runClient } from './clients.ts';
import { Follower } from './followers.ts';
import { networkTo } from './network.ts';
import { type Kind, type Part, type Plan, planOf } from './plan.ts';
import { type Fault, HOST, type Scene, type Service } from './scene.ts';
import { Server } from './server.ts';
import { type Execute, execute } from './statements.ts';
import { Timeline } from './timeline.ts';
import { Troubles } from './troubles.ts';

/** A story takes longer by the days that pass on its clocks alone. */
const SECONDS_MAX = 600;
/** All is well for so long before a story ends. */
const SETTLED_MS = 15_000;

/** What came of a story. */
export interface Run {
  readonly seed: number;
  /** What is wrong; nothing when every promise held. */
  readonly faults: readonly Fault[];
  readonly events: number;
  readonly acknowledged: number;
  /** Acknowledged, and lost by a standby that was behind. */
  readonly lost: number;
  /** Events that followers got. */
  readonly followed: number;
  /** Requests that were sent once more although nothing was wrong. */
  readonly repeats: number;
  /** Answers to a key that had one already. */
  readonly again: number;
  readonly kills: number;
  readonly crashes: number;
  readonly failovers: number;
  /** How often the log was cut. */
  readonly trims: number;
  /** Idempotency keys that were forgotten after a day. */
  readonly swept: number;
  /** Of all that was recorded: a seed has one. */
  readonly digest: string;
  /** Kinds of what happened. */
  readonly happened: readonly Kind[];
  /** When all was well again, in milliseconds of the story; 0 when it never was. */
  readonly calmAt: number;
  /** What happened, in lines. */
  readonly story: readonly string[];
}

export interface Telling {
  readonly part?: Part;
  /** What statements mean: another meaning is a planted fault. */
  readonly execute?: Execute;
}

class World {
  readonly #seed: number;
  readonly #part: Part;
  readonly #execute: Execute;
  readonly #plan: Plan;
  readonly #timeline = new Timeline();
  readonly #server = new Server(this.#timeline);
  readonly #services: Service[] = [];
  readonly #answers = new Answers();
  readonly #followers: readonly Follower[];
  readonly #troubles: Troubles;
  readonly #faults: Fault[] = [];
  readonly #story: string[] = [];
  readonly #happened = new Set<Kind>();
  readonly #scene: Scene;
  /** Nothing fails before the host is made, and when the clients are served. */
  #isFair = true;
  #isOver = false;
  #calmAt = 0;
  #processes = 0;

  constructor(seed: number, telling: Telling) {
    this.#seed = seed;
    this.#part = telling.part ?? {};
    this.#execute = telling.execute ?? execute;
    this.#plan = planOf(seed, this.#part);
    this.#scene = {
      timeline: this.#timeline,
      server: this.#server,
      streams: this.#plan.streams,
      services: this.#services,
      happens: (kind) => this.#happens(kind),
      isLate: () => this.#nowMs >= (this.#part.until ?? Number.POSITIVE_INFINITY),
      isOver: () => this.#isOver,
      // What comes after a promise was broken tells nothing of why.
      tell: (what) => {
        if (this.#faults.length === 0) this.#write(what);
      },
      accuse: (promise, says) => {
        this.#scene.tell(`broken: ${promise}: ${says}`);
        this.#faults.push({ promise, says });
      },
    };
    this.#troubles = new Troubles(this.#scene, (service) => this.#restart(service));
    this.#followers = Array.from(
      { length: this.#plan.followers },
      (_, i) => new Follower(this.#scene, i),
    );
  }

  get #nowMs(): number {
    return this.#timeline.now / 1000;
  }

  #write(what: string): void {
    this.#story.push(`${(this.#nowMs / 1000).toFixed(3)} s  ${what}`);
  }

  #happens(kind: Kind): boolean {
    const { without = [], since = 0, until = Number.POSITIVE_INFINITY } = this.#part;
    if (this.#isFair || this.#nowMs < since || this.#nowMs >= until) return false;
    if (without.includes(kind)) return false;
    this.#happened.add(kind);
    return true;
  }

  async run(): Promise<Run> {
    await this.#timeline.run(this.#live(), SECONDS_MAX).catch((error: Error) => {
      this.#scene.accuse('a story ends', error.message);
    });
    return this.#report();
  }

  async #live(): Promise<void> {
    const scene = this.#scene;
    const { services, clients, troubles } = this.#plan;
    for (let i = 0; i < services; i++) this.#services.push(await this.#start(i));
    const [first] = this.#services as [Service];
    await first.log.createHost({ name: HOST, actor: 'local', release: '6.18' });
    this.#isFair = false;
    const followers = this.#followers.map((follower) => follower.run());
    await Promise.all([
      ...clients.map((client) => runClient(scene, this.#answers, client)),
      this.#troubles.run(troubles),
    ]);
    this.#calmAt = this.#nowMs;
    this.#isFair = true;
    for (const { network } of this.#services) network.isCut = false;
    scene.tell('all is well again');
    // Each service takes a call, and the followers come to the end.
    for (const at of this.#services) {
      const key = `last-${at.number}`;
      const request = { key, calls: 1, isKeyed: true, pause: 0, repeats: [] };
      await askUntilAnswered(scene, this.#answers, { request, random: scene.streams(key), at });
    }
    // Several times as long as a feed needs to look by itself.
    await this.#timeline.sleep(SETTLED_MS);
    await this.#compareStates();
    this.#isOver = true;
    await Promise.all(this.#services.map(({ log }) => log.close()));
    await Promise.all(followers);
  }

  async #start(number: number): Promise<Service> {
    const timeline = this.#timeline;
    const { streams, odds } = this.#plan;
    const { happens, tell } = this.#scene;
    const name = `process ${this.#processes++}`;
    const network = networkTo(this.#server, {
      ...{ timeline, odds, happens, execute: this.#execute },
      streams: (of) => streams(`${name}: ${of}`),
      tell: (what) => tell(`service ${number}: ${what}`),
      noteSending: (text) => this.#troubles.noteSending(text),
    });
    const service = { number, network, isDead: false, offUs: 0 } as Service;
    const random = streams(`${name}: bytes`);
    const log = await openLog({
      database: network,
      clock: timeline.clock(() => service.offUs + this.#troubles.daysUs),
      projector,
      randomBytes: (size) => Uint8Array.from({ length: size }, () => random.below(256)),
      onHistoryChanged: ({ head }) =>
        tell(`service ${number} learns that the log went back, to ${head}`),
    });
    return Object.assign(service, { log });
  }

  /** Ends a process without a word, and starts another in its place. */
  async #restart(service: Service): Promise<void> {
    if (service.isDead) return;
    service.isDead = true;
    service.network.kill();
    const started = await this.#start(service.number);
    this.#services[this.#services.indexOf(service)] = started;
  }

  /** The state at the head is the fold of all events, also where the first of them were removed. */
  async #compareStates(): Promise<void> {
    for (const { log } of this.#services) {
      const [rows] = this.#server.committed;
      const folded = emptyKernel();
      for (const row of rows?.events ?? []) fold(folded, [decodeEvent(row)]);
      const { kernel } = await log.kernelAt(HOST);
      if (snapshotText(kernel) !== snapshotText(folded)) {
        this.#scene.accuse(
          'the state is a fold',
          'the state at the head is not that of the events',
        );
      }
    }
  }

  #report(): Run {
    const [rows] = this.#server.committed;
    const { accuse } = this.#scene;
    if (rows === undefined) accuse('the log is whole', 'no host');
    const { events, faults } = rows === undefined ? { events: [], faults: [] } : examine(rows);
    const texts = events.map(encodeEvent);
    const troubles = this.#troubles;
    const judged = this.#answers.judge(events, troubles);
    return {
      seed: this.#seed,
      faults: [
        ...[...this.#faults, ...faults, ...judged.faults],
        ...this.#followers.flatMap((one) => one.judge(texts, troubles.trimmedTo)),
      ],
      events: events.length,
      acknowledged: judged.acknowledged,
      lost: judged.lost,
      followed: this.#followers.reduce((sum, { got }) => sum + got, 0),
      repeats: this.#answers.repeats,
      again: this.#answers.again,
      kills: troubles.kills,
      crashes: troubles.crashes,
      failovers: troubles.failovers.length,
      trims: troubles.trims,
      swept: troubles.swept,
      digest: createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16),
      happened: [...this.#happened],
      calmAt: this.#calmAt,
      story: this.#story,
    };
  }
}

/** Tells the story of a seed, or a part of it. */
export function simulate(seed: number, telling: Telling = {}): Promise<Run> {
  return new World(seed, telling).run();
}
