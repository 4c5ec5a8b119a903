// One run: services, clients and followers on one server, and what happens to them, all from a seed.

import { createHash } from 'node:crypto';
import { encodeEvent } from '../../src/events/encoding/codec.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { type Log, openLog } from '../../src/events/log.ts';
import { LogRefusal } from '../../src/events/log-refusal.ts';
import { markOfEvent } from '../../src/events/reading/event-marks.ts';
import { DatabaseAbsent, troubleOf } from '../../src/events/storage/database-error.ts';
import { projector } from '../../src/projections/projector.ts';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';
import { examine } from './checks.ts';
import { type Network, networkTo, type Odds } from './network.ts';
import { Server } from './server.ts';
import { Timeline } from './timeline.ts';

const HOST = 'web1';
const SECONDS_MAX = 600;
/** A client leaves after so long without an answer, and asks again. */
const PATIENCE_MS = 15_000;
/** All is well for so long before a run ends. */
const SETTLED_MS = 15_000;
/** An answer of a lost commit may still be under way when the server is another. */
const UNDER_WAY_US = 1_000_000;

/** What came of a run. */
export interface Run {
  readonly seed: number;
  /** What is wrong, in sentences; none when every promise held. */
  readonly faults: readonly string[];
  readonly events: number;
  readonly acknowledged: number;
  /** Acknowledged, and lost by a standby that was behind. */
  readonly lost: number;
  readonly kills: number;
  readonly crashes: number;
  readonly failovers: number;
  /** Of all that was recorded: a seed has one. */
  readonly digest: string;
}

interface Service {
  readonly log: Log;
  readonly network: Network;
  isDead: boolean;
  /** Microseconds that its clock is off. */
  offUs: number;
}

interface Acknowledged {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

const REFUSALS = new Set(['fate-unknown', 'closed', 'hosts-busy', 'queue-full', 'busy']);

/** Whether a caller has to expect an error while things fail. */
function isExpected(error: unknown): boolean {
  if (error instanceof LogRefusal) return REFUSALS.has(error.reason.why);
  return error instanceof DatabaseAbsent || troubleOf(error) !== undefined;
}

class World {
  readonly #random: Random;
  readonly #timeline = new Timeline();
  readonly #server = new Server(this.#timeline);
  readonly #services: Service[] = [];
  readonly #acknowledged: Acknowledged[] = [];
  /** How many calls each key or name stands for. */
  readonly #asked = new Map<string, number>();
  readonly #failovers: { readonly at: number; readonly cut: number }[] = [];
  readonly #followed: LedgerEvent[][] = [];
  readonly #faults: string[] = [];
  #odds: Odds = { before: 0, after: 0, late: 0 };
  #isOver = false;
  #noticed = 0;
  #kills = 0;
  #crashes = 0;
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = randomFrom(seed, 'simulation');
  }

  async run(): Promise<Run> {
    await this.#timeline.run(this.#live(), SECONDS_MAX).catch((error: Error) => {
      this.#faults.push(error.message);
    });
    return this.#report();
  }

  async #live(): Promise<void> {
    const random = this.#random;
    const services = 1 + random.below(3);
    for (let i = 0; i < services; i++) this.#services.push(await this.#start());
    const [first] = this.#services as [Service];
    await first.log.createHost({ name: HOST, actor: 'local', release: '6.18' });
    const rarely = () => random.pick([0, 0.01, 0.05, 0.15]);
    this.#odds = { before: rarely(), after: rarely(), late: rarely() };
    const followers = Array.from({ length: 2 }, (_, i) => this.#follow(i));
    const clients = Array.from({ length: 2 + random.below(3) }, (_, c) => this.#client(c));
    const trouble = this.#trouble();
    await Promise.all([...clients, trouble]);
    this.#odds = { before: 0, after: 0, late: 0 };
    for (const { network } of this.#services) network.isCut = false;
    // All is well again: each service takes a call, and the followers come to the end.
    for (const service of this.#services)
      await this.#submitTo(() => service, `last-${this.#services.indexOf(service)}`);
    // Several times as long as a feed needs to look by itself.
    await this.#timeline.sleep(SETTLED_MS);
    this.#isOver = true;
    await Promise.all(this.#services.map(({ log }) => log.close()));
    await Promise.all(followers);
  }

  async #start(): Promise<Service> {
    const random = this.#random;
    const timeline = this.#timeline;
    const network = networkTo(this.#server, { timeline, random, odds: () => this.#odds });
    const service = { network, isDead: false, offUs: 0 } as Service;
    const log = await openLog({
      database: network,
      clock: timeline.clock(() => service.offUs),
      projector,
      randomBytes: (size) => Uint8Array.from({ length: size }, () => random.below(256)),
      onHistoryChanged: () => this.#noticed++,
    });
    return Object.assign(service, { log });
  }

  /** A service that is there, as a balancer picks one. */
  #one(): Service {
    return this.#random.pick(this.#services);
  }

  async #client(c: number): Promise<void> {
    const random = this.#random;
    for (let i = 0; i < 3 + random.below(6); i++) {
      await this.#submitTo(() => this.#one(), `c${c}-${i}`);
      if (random.chance(0.3)) await this.#timeline.sleep(random.below(2000));
    }
  }

  /** Asks under one key until there is an answer; or without a key, and then only once. */
  async #submitTo(pick: () => Service, key: string): Promise<void> {
    const calls = [{ call: { name: 'mkdir', path: `/${key}` } as const }];
    // One that the kernel refuses is an event like any other.
    if (this.#random.chance(0.3)) calls.push(calls[0] as (typeof calls)[number]);
    const isKeyed = !key.startsWith('c') || !this.#random.chance(0.5);
    const idempotency = { key, fingerprint: key };
    const submission = { actor: 'local', calls, ...(isKeyed && { idempotency }) };
    this.#asked.set(`/${key}`, calls.length);
    for (;;) {
      const asked = pick()
        .log.submit(HOST, submission)
        .catch((error: unknown) => ({ error }));
      const answer = await Promise.race([asked, this.#timeline.sleep(PATIENCE_MS)]);
      if (answer !== undefined && 'events' in answer) {
        const [from, to] = [answer.events[0]?.position ?? 0, answer.events.at(-1)?.position ?? 0];
        if (to - from + 1 !== calls.length)
          this.#faults.push(`${key} is answered with ${from}…${to}`);
        this.#acknowledged.push({ key, from, to, at: this.#timeline.now });
        return;
      }
      if (answer !== undefined && !isExpected(answer.error)) {
        this.#faults.push(`${key} is refused: ${answer.error}`);
        return;
      }
      if (!isKeyed) return;
      await this.#timeline.sleep(50 + this.#random.below(500));
    }
  }

  /** Reads all events from the first on, wherever it can, slowly or quickly. */
  async #follow(i: number): Promise<void> {
    const random = this.#random;
    let seen: LedgerEvent[] = [];
    this.#followed[i] = seen;
    while (!this.#isOver) {
      const service = this.#one();
      const last = seen.at(-1);
      const mark = last && markOfEvent(last);
      try {
        const follower = await service.log.subscribe(HOST, {
          after: last?.position ?? 0,
          ...(mark && { mark }),
        });
        while (!this.#isOver && !service.isDead) {
          const next = follower.next();
          // A follower waits for ever; this one looks up now and then.
          const result = await Promise.race([next, this.#timeline.sleep(3000)]);
          if (result === undefined) {
            await follower.return();
            const late = await next;
            if (!late.done) this.#take(seen, late.value);
            break;
          }
          if (result.done) {
            if (result.value !== undefined) {
              seen = [];
              this.#followed[i] = seen;
            }
            break;
          }
          this.#take(seen, result.value);
          if (random.chance(0.2)) await this.#timeline.sleep(random.below(1000));
        }
        await follower.return();
      } catch (error) {
        if (!isExpected(error)) this.#faults.push(`a follower ends with ${error}`);
        await this.#timeline.sleep(200);
      }
    }
  }

  #take(seen: LedgerEvent[], piece: readonly LedgerEvent[]): void {
    for (const event of piece) {
      if (event.position !== seen.length + 1) {
        this.#faults.push(`a follower gets ${event.position} after ${seen.length}`);
      }
      seen.push(event);
    }
  }

  async #trouble(): Promise<void> {
    const random = this.#random;
    for (let left = random.below(6); left > 0; left--) {
      await this.#timeline.sleep(random.below(3000));
      const service = this.#one();
      switch (random.pick(['kill', 'crash', 'fail over', 'cut', 'clock'] as const)) {
        case 'kill':
          this.#kills++;
          await this.#restart(service);
          break;
        case 'crash':
          this.#crashes++;
          this.#server.crash(random.below(4000));
          break;
        case 'fail over': {
          const cuts = this.#server.failOver(random.below(2000), 1 + random.below(4));
          for (const cut of cuts.values()) this.#failovers.push({ at: this.#timeline.now, cut });
          break;
        }
        case 'cut':
          service.network.isCut = true;
          this.#timeline.after(random.below(8000), () => {
            service.network.isCut = false;
          });
          break;
        case 'clock':
          service.offUs += (random.fraction() - 0.5) * 20e6;
          service.offUs = Math.trunc(service.offUs);
          break;
      }
    }
  }

  /** Ends a process without a word, and starts another in its place. */
  async #restart(service: Service): Promise<void> {
    service.isDead = true;
    service.network.kill();
    this.#services[this.#services.indexOf(service)] = await this.#start();
  }

  #report(): Run {
    const [rows] = this.#server.committed;
    const faults = [...this.#faults];
    const { events, faults: found } =
      rows === undefined ? { events: [], faults: ['no host'] } : examine(rows);
    faults.push(...found);
    const texts = events.map(encodeEvent);
    let lost = 0;
    for (const one of this.#acknowledged) {
      const { key, from, to } = one;
      const isThere = Array.from(
        { length: to - from + 1 },
        (_, i) => events[from - 1 + i]?.call,
      ).every((call) => call?.name === 'mkdir' && call.path === `/${key}`);
      if (isThere) continue;
      const isExcused = this.#failovers.some(
        ({ at, cut }) => cut < to && one.at <= at + UNDER_WAY_US,
      );
      if (isExcused) lost++;
      else faults.push(`${key} was acknowledged at ${from}, and is not there`);
    }
    const recorded = new Map<string, number>();
    for (const { call } of events) {
      if (call.name === 'mkdir') recorded.set(call.path, (recorded.get(call.path) ?? 0) + 1);
    }
    for (const [path, times] of recorded) {
      const asked = this.#asked.get(path) ?? 0;
      if (times > asked) faults.push(`${path} is recorded ${times} times, and was asked ${asked}`);
    }
    for (const seen of this.#followed) {
      if (seen.map(encodeEvent).join('\n') !== texts.join('\n')) {
        faults.push(
          `a follower has ${seen.length} events, which are not the ${texts.length} of the log`,
        );
      }
    }
    return {
      seed: this.#seed,
      faults,
      events: events.length,
      acknowledged: this.#acknowledged.length,
      lost,
      kills: this.#kills,
      crashes: this.#crashes,
      failovers: this.#failovers.length,
      digest: createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16),
    };
  }
}

/** Runs a seed. */
export function simulate(seed: number): Promise<Run> {
  return new World(seed).run();
}
