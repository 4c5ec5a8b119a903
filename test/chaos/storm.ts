// Real services on a real database, real faults, and clients outside of them that remember each
// answer. A client repeats its request, under one key, until it is answered; afterwards the log is
// compared with what the clients were told.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';
import type { ServiceProcess } from '../api/process.ts';
import { startBuilt } from './built-service.ts';
import { type Told, wholeLog } from './told.ts';

/** What befalls the services or their database. */
export type Deed =
  | 'kill'
  | 'terminate'
  | 'cut-connections'
  | 'crash-server'
  | 'kill-postmaster'
  | 'stop-immediately';

export interface Storm {
  readonly seed: number;
  readonly deeds: readonly Deed[];
  readonly instances: number;
  readonly clients: number;
  /** Where the services keep their data. */
  readonly env: Record<string, string>;
  /** Does a deed to the database. */
  readonly toDatabase?: (deed: Deed, random: Random) => Promise<void>;
  readonly onDeed?: (deed: Deed, done: number) => void;
}

/** What a storm came to; the services still run. */
export interface Aftermath {
  /** The broken promises, in words. */
  readonly faults: readonly string[];
  readonly acknowledged: number;
  /** Attempts that got no answer, or a 5xx. */
  readonly failed: number;
  /** Requests that were under way at a service when it was killed. */
  readonly struck: number;
  readonly deeds: number;
  stop(): Promise<void>;
}

/** A pause between two deeds, at most; milliseconds. */
const CALM_MS = 600;
/** A client that is not answered gives up after so long, and repeats. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 50;
/** Events that are acknowledged after the last deed, for each client. */
const AFTERWARDS = 5;

/** Does all deeds under load, and compares the log with the answers. */
export async function storm(plan: Storm): Promise<Aftermath> {
  const random = randomFrom(plan.seed, 'storm');
  const start = () => startBuilt(plan.env);
  const services: (ServiceProcess | undefined)[] = [];
  for (let i = 0; i < plan.instances; i++) services.push(await start());
  const faults: string[] = [];
  const told = new Map<string, Told>();
  /** Requests under way, by the address of their service. */
  const underWay = new Map<string, number>();
  const count = (url: string, one: number) => underWay.set(url, (underWay.get(url) ?? 0) + one);
  let [failed, struck, isOver] = [0, 0, false];

  async function post(path: string, body: unknown, key: string) {
    const living = services.filter((one) => one !== undefined);
    if (living.length === 0) return undefined;
    const { url } = random.pick(living);
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    count(url, 1);
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const init = { method: 'POST', headers, body: JSON.stringify(body), signal };
      const response = await fetch(`${url}${path}`, init);
      const answer: unknown = await response.json();
      return { status: response.status, answer };
    } catch {
      return undefined;
    } finally {
      count(url, -1);
    }
  }

  async function insist(path: string, body: unknown, key: string): Promise<unknown> {
    for (;;) {
      const got = await post(path, body, key);
      if (got !== undefined && got.status < 300) return got.answer;
      if (got !== undefined && got.status < 500) {
        faults.push(`${key} is refused: ${JSON.stringify(got.answer)}`);
        return undefined;
      }
      failed++;
      await sleep(RETRY_MS);
    }
  }

  async function client(lane: number): Promise<void> {
    for (let i = 0; !isOver; i++) {
      const path = `/c${lane}-${i}`;
      const body = { call: { name: 'mkdir', path } };
      const answer = (await insist('/v1/hosts/h/syscalls', body, path)) as Told;
      told.set(path, answer);
      if (i % 8 > 0) continue;
      const again = (await insist('/v1/hosts/h/syscalls', body, path)) as Told;
      if (JSON.stringify(again) !== JSON.stringify(answer)) faults.push(`${path} has two answers`);
    }
  }

  async function restart(i: number, deed: 'kill' | 'terminate'): Promise<void> {
    const service = services[i];
    if (deed === 'kill' && service !== undefined) {
      // A kill between two requests proves nothing: it waits for one, however slow the machine is.
      while ((underWay.get(service.url) ?? 0) === 0) await sleep(1);
      struck += underWay.get(service.url) ?? 0;
    }
    services[i] = undefined;
    if (deed === 'kill') await service?.kill();
    else if ((await service?.stop()) !== 0) faults.push('SIGTERM did not end a service in order');
    services[i] = await start();
  }

  /** A database that nobody reached since the last deed has nothing to lose: a call is recorded first. */
  async function toDatabase(deed: Deed, after: number): Promise<void> {
    while (told.size === after) await sleep(1);
    await plan.toDatabase?.(deed, random);
  }

  await insist('/v1/hosts', { name: 'h', release: '6.18' }, 'host');
  const clients = Array.from({ length: plan.clients }, (_, lane) => client(lane));
  for (const [i, deed] of plan.deeds.entries()) {
    const before = told.size;
    await sleep(random.below(CALM_MS));
    if (deed === 'kill' || deed === 'terminate') await restart(random.below(plan.instances), deed);
    else await toDatabase(deed, before);
    plan.onDeed?.(deed, i + 1);
  }
  // Whoever comes through the storm takes writes again.
  const enough = told.size + AFTERWARDS * plan.clients;
  while (told.size < enough) await sleep(RETRY_MS);
  isOver = true;
  await Promise.all(clients);
  const [service] = services as [ServiceProcess];
  faults.push(...differences(told, await wholeLog(service.url, 'h')));
  return {
    faults,
    ...{ acknowledged: told.size, failed, struck, deeds: plan.deeds.length },
    async stop() {
      for (const one of services) await one?.stop();
    },
  };
}

/** What the log says otherwise than the clients were told. */
function differences(told: ReadonlyMap<string, Told>, log: readonly Told[]): string[] {
  const faults: string[] = [];
  const times = new Map<string, number>();
  for (const [i, { position, call }] of log.entries()) {
    if (position !== i + 1) faults.push(`event ${position} stands where ${i + 1} should`);
    if (call.path !== undefined) times.set(call.path, (times.get(call.path) ?? 0) + 1);
  }
  for (const [path, count] of times) {
    if (count > 1) faults.push(`${path} is recorded ${count} times`);
    if (!told.has(path)) faults.push(`${path} is recorded, and nobody was told`);
  }
  for (const [path, answer] of told) {
    const event = log[answer.position - 1];
    if (JSON.stringify(event) !== JSON.stringify(answer)) {
      faults.push(
        `${path} was acknowledged at ${answer.position}, where the log has ${event?.call.path}`,
      );
    }
  }
  return faults;
}
