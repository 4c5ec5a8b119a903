// `kill -9` of the service at each step of an append, seen from outside: a step is a message between the
// service and PostgreSQL. For each step the service is killed once before its message is passed on, and
// once after. Another service then looks at the log, and is the next one to be killed.

import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../src/events/storage/database.ts';
import type { ServiceProcess } from '../api/process.ts';
import { type FrameProxy, type Stop, startFrameProxy } from '../support/frame-proxy.ts';
import type { Frame } from '../support/postgres-frames.ts';
import { verifyAllHosts } from '../support/verified-hosts.ts';
import type { AppendKind, Write } from './append-kinds.ts';
import { startBuilt } from './built-service.ts';
import type { ServerStage } from './stage.ts';
import { type Told, wholeLog } from './told.ts';

/** A service is at rest when it has sent and got nothing for so long: its looks at the logs are done. */
const QUIET_MS = 1000;
const TICK_MS = 20;
/** An answer takes no longer, also from a service that waits for the backends of a killed one. */
const PATIENCE_MS = 60_000;
/** Which step an append ends with varies: this many that were not reached in a row are behind it. */
const BEHIND = 3;

/** Where the services keep their data: a PostgreSQL server with the schema. */
export type StepsStage = Pick<ServerStage, 'database' | 'env'>;

/** One kill, and what came of the append. */
export interface Blow extends Stop {
  /** The message. */
  readonly frame: string;
  /** The client got its answer all the same. */
  readonly isAnswered: boolean;
  /** The append was recorded, before anybody repeated it. */
  readonly isRecorded: boolean;
  /** Broken promises, in sentences. */
  readonly faults: readonly string[];
}

/** A service with the proxy before its database. */
interface Struck {
  readonly service: ServiceProcess;
  readonly proxy: FrameProxy;
}

interface Answer {
  readonly status: number;
  readonly isRepeated: boolean;
  readonly events: readonly Told[];
}

/** Kills a service at each step of an append of each kind; `told` gets the blows of a kind. */
export async function strikeSteps(
  stage: StepsStage,
  kinds: readonly AppendKind[],
  told: (kind: AppendKind, blows: readonly Blow[]) => void,
): Promise<void> {
  const spares = spareServices(stage.env);
  try {
    let struck = await spares.take();
    for (const [k, kind] of kinds.entries()) {
      const blows: Blow[] = [];
      for (let [step, behind] = [1, 0]; behind < BEHIND; step++) {
        let isReached = false;
        for (const side of ['before', 'after'] as const) {
          const host = `k${k}-${step}-${side}`;
          const killed = await strike(struck, { kind, host, stop: { step, side } });
          if (killed === undefined) continue;
          isReached = true;
          struck = await spares.take();
          blows.push(await aftermathOf(stage.database, struck, killed));
        }
        behind = isReached ? 0 : behind + 1;
      }
      told(kind, blows);
    }
    await end(struck);
  } finally {
    await spares.close();
  }
}

/** Services that are started ahead: the next one starts while the one before is looked at. */
function spareServices(env: StepsStage['env']) {
  const databaseUrl = env.DATABASE_URL ?? '';
  const start = async (): Promise<Struck> => {
    const proxy = await startFrameProxy(databaseUrl);
    const service = await startBuilt({ ...env, DATABASE_URL: proxy.url(databaseUrl) });
    return { proxy, service };
  };
  let next = start();
  next.catch(() => undefined);
  return {
    async take(): Promise<Struck> {
      const taken = await next;
      next = start();
      next.catch(() => undefined);
      return taken;
    },
    close: async () => next.then(end),
  };
}

async function end({ service, proxy }: Struck): Promise<void> {
  await service.kill();
  await proxy.close();
}

/** An append that is struck. */
interface Attempt {
  readonly kind: AppendKind;
  readonly host: string;
  readonly stop: Stop;
}

/** A service that was killed during an append. */
interface Killed extends Attempt {
  readonly frame: Frame;
  readonly answer: Answer | undefined;
  /** Ports from which it was connected to the server. */
  readonly ports: readonly number[];
}

/** Kills a service at a step of an append; undefined when it had no such step, and lives. */
async function strike({ service, proxy }: Struck, attempt: Attempt): Promise<Killed | undefined> {
  const { kind, host, stop } = attempt;
  for (const write of kind.before(host)) await insist(service, write);
  while (performance.now() - proxy.lastMs < QUIET_MS) await sleep(TICK_MS);
  const count = proxy.count(stop);
  const answered = post(service, kind.append(host)).catch(() => undefined);
  const isStopped = await Promise.race([
    count.stopped.then(() => true),
    answered.then(() => false),
  ]);
  if (!isStopped) {
    proxy.count();
    return undefined;
  }
  await service.kill();
  await proxy.close();
  const frame = count.frames[stop.step - 1] as Frame;
  return { ...attempt, frame, answer: await answered, ports: proxy.ports() };
}

/** Looks by another service at what a killed one left. */
async function aftermathOf(
  database: Database,
  { service }: Struck,
  { kind, host, stop, frame, answer, ports }: Killed,
): Promise<Blow> {
  const faults: string[] = [];
  const append = kind.append(host);
  // A client with a key repeats immediately, while the server may still do what the killed one asked.
  const repeated = append.key === undefined ? undefined : await insist(service, append);
  await waitUntilIdle(database, ports);
  const before = kind.before(host).filter((write) => write.host === host);
  const log = await wholeLog(service.url, host);
  for (const [i, { position }] of log.entries()) {
    if (position !== i + 1) faults.push(`event ${position} stands where ${i + 1} should`);
  }
  const wanted = before.flatMap(eventsOf);
  const whole = [...wanted, ...eventsOf(append)];
  const found = log.map(textOf).join();
  const isThere = found === whole.join();
  if (!isThere && (append.key !== undefined || found !== wanted.join())) {
    faults.push(`the log has ${found}, and should have ${whole.join()}`);
  }
  for (const { events } of [answer, repeated].filter((one) => one !== undefined)) {
    for (const event of events) {
      if (isDeepStrictEqual(log[event.position - 1], event)) continue;
      faults.push(`${textOf(event)} was acknowledged at ${event.position}, where the log lacks it`);
    }
  }
  if (answer !== undefined && answer.status >= 300) faults.push(`it answered ${answer.status}`);
  if (answer !== undefined && !isThere) faults.push('what was acknowledged is not recorded');
  if (answer !== undefined && repeated?.isRepeated === false) {
    faults.push('what was acknowledged under a key was recorded again');
  }
  faults.push(...(await verifyAllHosts(database, (name) => name.startsWith(host))).faults);
  return {
    ...stop,
    frame: `${frame.name} ${frame.way}`,
    isAnswered: answer !== undefined,
    isRecorded: repeated?.isRepeated ?? isThere,
    faults: faults.map((fault) => `${kind.name}, ${stop.side} step ${stop.step}: ${fault}`),
  };
}

/** The events of a write, in words. */
function eventsOf({ body, path }: Write): string[] {
  if (path === '/v1/hosts') return ['boot'];
  return ([body].flat() as Told[]).map(textOf);
}

function textOf({ call }: Pick<Told, 'call'>): string {
  return call.path ?? call.name;
}

/** Waits until the server has done what it was asked from these ports. */
async function waitUntilIdle(database: Database, ports: readonly number[]): Promise<void> {
  const text = 'select 1 from pg_stat_activity where client_port = any($1::int4[])';
  while ((await database.query(text, [`{${ports.join()}}`])).length > 0) await sleep(TICK_MS);
}

/** Sends a write until it is answered. */
async function insist(service: ServiceProcess, write: Write): Promise<Answer> {
  for (;;) {
    const answer = await post(service, write);
    if (answer.status < 300) return answer;
    if (answer.status < 500) throw new Error(`${write.path} is refused with ${answer.status}`);
    await sleep(TICK_MS);
  }
}

async function post({ url }: ServiceProcess, { path, body, key }: Write): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const answer = (await response.json()) as Told | { readonly events: readonly Told[] };
  return {
    status: response.status,
    isRepeated: response.headers.get('idempotent-replayed') === 'true',
    events: 'events' in answer ? answer.events : [answer],
  };
}
