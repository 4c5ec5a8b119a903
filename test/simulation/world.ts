// One run: services, clients and followers on one server, and what happens to them, all from a seed.

import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { emptyKernel } from '../../src/domain/boot.ts';
import { decodeEvent, encodeEvent } from '../../src/events/encoding/codec.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { type Log, openLog } from '../../src/events/log.ts';
import { isRemoved, LogRefusal } from '../../src/events/log-refusal.ts';
import { markOfEvent } from '../../src/events/reading/event-marks.ts';
import { fold } from '../../src/events/reading/host-state.ts';
import { SNAPSHOT_VERSION, snapshotText } from '../../src/events/reading/snapshots.ts';
import { DatabaseAbsent, troubleOf } from '../../src/events/storage/database-error.ts';
import { projector } from '../../src/projections/projector.ts';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';
import { examine } from './checks.ts';
import { type Network, networkTo, type Odds } from './network.ts';
import { type HostRows, Server } from './server.ts';
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
  /** Events that followers got. */
  readonly followed: number;
  readonly kills: number;
  readonly crashes: number;
  readonly failovers: number;
  /** How often the log was cut. */
  readonly trims: number;
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

/** What a follower has got without a gap, from its first event on. */
interface Followed {
  events: LedgerEvent[];
}

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
  readonly #followed: Followed[] = [];
  #got = 0;
  readonly #faults: string[] = [];
  #odds: Odds = { before: 0, after: 0, late: 0 };
  #isOver = false;
  #noticed = 0;
  #kills = 0;
  #crashes = 0;
  #trims = 0;
  /** The last position at which the log was ever cut, also by a server that is gone. */
  #trimmedTo = 1;
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
    await this.#compareStates();
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
      // It was recorded, and removed since.
      if (answer !== undefined && isRemoved(answer.error)) return;
      if (answer !== undefined && !isExpected(answer.error)) {
        this.#faults.push(`${key} is refused: ${answer.error}`);
        return;
      }
      if (!isKeyed) return;
      await this.#timeline.sleep(50 + this.#random.below(500));
    }
  }

  /** The state at the head is the fold of all events, also where the first of them were removed. */
  async #compareStates(): Promise<void> {
    for (const { log } of this.#services) {
      const [rows] = this.#server.committed;
      const folded = emptyKernel();
      for (const row of rows?.events ?? []) fold(folded, [decodeEvent(row)]);
      const { kernel } = await log.kernelAt(HOST);
      if (snapshotText(kernel) !== snapshotText(folded)) {
        this.#faults.push('the state at the head is not the fold of the events');
      }
    }
  }

  /** Cuts the log at the end of an append, and takes away what is before, piece by piece. */
  async #trim(): Promise<void> {
    const [rows] = this.#server.committed;
    const ends = (rows?.events ?? []).filter(
      ({ hash, position }) => hash !== null && position > (rows?.cut?.position ?? 1),
    );
    if (rows === undefined || ends.length === 0) return;
    const { position } = this.#random.pick(ends);
    const kernel = emptyKernel();
    for (const row of rows.events.slice(0, position)) fold(kernel, [decodeEvent(row)]);
    const state = deflateSync(snapshotText(kernel));
    const cut = { position, version: SNAPSHOT_VERSION, state };
    const change = (to: (rows: HostRows) => HostRows) =>
      this.#server.changeRows(rows.host_id, to).catch(() => undefined);
    // A standby that was behind has others, or none, at that position.
    const end = rows.events[position - 1]?.hash;
    await change((now) => (now.events[position - 1]?.hash === end ? { ...now, cut } : now));
    this.#trims++;
    this.#trimmedTo = Math.max(this.#trimmedTo, position);
    this.#server.notify(String(rows.host_id));
    for (let gone = rows.gone; gone < position; ) {
      await this.#timeline.sleep(this.#random.below(300));
      gone = Math.min(position, gone + 1 + this.#random.below(8));
      await change((now) =>
        now.cut !== undefined && now.cut.position >= gone
          ? { ...now, gone: Math.max(now.gone, gone) }
          : now,
      );
    }
  }

  /** Reads all events from the first that is kept on, wherever it can, slowly or quickly. */
  async #follow(i: number): Promise<void> {
    const random = this.#random;
    const followed: Followed = { events: [] };
    this.#followed[i] = followed;
    let after: number | undefined;
    while (!this.#isOver) {
      const service = this.#one();
      const last = followed.events.at(-1);
      const mark = last && markOfEvent(last);
      try {
        after ??= (await service.log.head(HOST)).oldest - 1;
        const follower = await service.log.subscribe(HOST, {
          after: last?.position ?? after,
          ...(mark && { mark }),
        });
        while (!this.#isOver && !service.isDead) {
          const next = follower.next();
          // A follower waits for ever; this one looks up now and then.
          const result = await Promise.race([next, this.#timeline.sleep(3000)]);
          if (result === undefined) {
            await follower.return();
            const late = await next;
            if (!late.done) this.#take(followed, late.value);
            break;
          }
          if (result.done) {
            if (result.value !== undefined) {
              followed.events = [];
              after = undefined;
            }
            break;
          }
          this.#take(followed, result.value);
          if (random.chance(0.2)) await this.#timeline.sleep(random.below(1000));
        }
        await follower.return();
      } catch (error) {
        if (isRemoved(error)) {
          // It was behind: it begins again with what is kept.
          followed.events = [];
          after = undefined;
        } else if (!isExpected(error)) this.#faults.push(`a follower ends with ${error}`);
        await this.#timeline.sleep(200);
      }
    }
  }

  #take({ events }: Followed, piece: readonly LedgerEvent[]): void {
    for (const event of piece) {
      const last = events.at(-1);
      if (last !== undefined && event.position !== last.position + 1) {
        this.#faults.push(`a follower gets ${event.position} after ${last.position}`);
      }
      events.push(event);
      this.#got++;
    }
  }

  async #trouble(): Promise<void> {
    const random = this.#random;
    for (let left = random.below(6); left > 0; left--) {
      await this.#timeline.sleep(random.below(3000));
      const service = this.#one();
      switch (random.pick(['kill', 'crash', 'fail over', 'cut', 'clock', 'trim'] as const)) {
        case 'trim':
          await this.#trim();
          break;
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
    for (const { events: seen } of this.#followed) {
      const first = seen[0]?.position ?? texts.length + 1;
      const oldest = this.#trimmedTo;
      const wanted = texts.slice(first - 1);
      // One that kept up has more than is kept.
      if (first > oldest || seen.map(encodeEvent).join('\n') !== wanted.join('\n')) {
        faults.push(
          `a follower has ${seen.length} events from ${first} on, which are not the ${texts.length} ` +
            `of the log, kept from ${oldest} on`,
        );
      }
    }
    return {
      seed: this.#seed,
      faults,
      events: events.length,
      acknowledged: this.#acknowledged.length,
      lost,
      followed: this.#got,
      kills: this.#kills,
      crashes: this.#crashes,
      failovers: this.#failovers.length,
      trims: this.#trims,
      digest: createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16),
    };
  }
}

/** Runs a seed. */
export function simulate(seed: number): Promise<Run> {
  return new World(seed).run();
}
