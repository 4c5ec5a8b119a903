// A visit: some thousand hostile requests of one client to a world of its own. Its seed and its number
// give every request of it, whatever other clients do, so that one that fails is repeated alone.

import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { faultOf } from './answers.ts';
import type { Answer, Send } from './exchange.ts';
import { type RecordedCall, SpoiledCalls } from './golden-calls.ts';
import { leaveWorld, makeHost, makeWorld } from './hosts.ts';
import { type Asked, operations, Requests } from './requests.ts';

/** The state of a host is bounded, so each visit spoils the calls of a new one. */
export const REQUESTS_OF_VISIT = 2000;
/** One request in so many is of spoiled calls. */
const SPOILED_EVERY = 3;
/** A visit with so many faults ends. */
const FAULTS_MAX = 5;
const FAULT_CHARS = 2000;
/** Milliseconds until a client asks again that was told to come back. */
const COME_BACK_MS = 200;
/** How often it asks: what is still as busy after minutes has lost count of what it does. */
const ASKS_MAX = 1000;

/** The name of the host that a visit is about; its other hosts have names that begin with it. */
export const hostOfVisit = (nth: number) => `v${nth}`;
/** Whether a host is of some visit. */
export const isOfVisit = (name: string) => /^v\d+(?:-|$)/.test(name);

export interface Visit {
  readonly seed: number;
  readonly nth: number;
  readonly requests: number;
  readonly calls: readonly RecordedCall[];
}

export interface Visited {
  readonly requests: number;
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
  /** How often the service said that it does as much of a kind as it may, and was asked again. */
  readonly busy: number;
  readonly faults: readonly string[];
}

/** Makes the requests of a visit, one after the other, and judges each answer. */
export async function visit(send: Send, { seed, nth, requests, calls }: Visit): Promise<Visited> {
  const random = randomFrom(seed, `visit ${nth}`);
  const host = hostOfVisit(nth);
  const world = await makeWorld(send, host, 1);
  const spoiledHost = `${host}-spoiled`;
  await makeHost(send, spoiledHost);
  const made = new Requests(random, world);
  const spoiled = new SpoiledCalls(calls, random);
  const statuses: Record<string, number> = {};
  const faults: string[] = [];
  let [done, busy] = [0, 0];
  const insist: Send = async (path, asked) => {
    for (let asks = 1; ; asks++) {
      const answer = await send(path, asked);
      if (!isBusy(answer) || asks === ASKS_MAX) return answer;
      busy++;
      await sleep(COME_BACK_MS);
    }
  };
  while (done < requests && faults.length < FAULTS_MAX) {
    const isSpoiled = done++ % SPOILED_EVERY === 0;
    const operation = isSpoiled ? POST_CALLS : random.pick(operations);
    const [url, sent] = isSpoiled ? spoiled.requestTo(spoiledHost) : made.requestOf(operation);
    const fault = await insist(url, sent)
      .then((answer) => {
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        const again = (other: string) => insist(other, sent);
        return faultOf(operation, { url, answer, again });
      })
      .catch((error: unknown) => `no answer, or none that can be read: ${error}`);
    if (fault === undefined) continue;
    const asked = `${sent.method} ${url} ${JSON.stringify(sent.headers)} ${sent.body ?? ''}`;
    faults.push(`visit ${nth}, request ${done}: ${fault}\n    ${asked}`.slice(0, FAULT_CHARS));
  }
  await leaveWorld(send, world);
  return { requests: done, statuses, busy, faults };
}

/** The one answer above 500 that is none of a failure: a bound of docs/problems.md is reached. */
const isBusy = ({ status, text }: Answer) =>
  status === 503 && /"type":"urn:bpfledger:problem:busy".*"retry_after":\d/.test(text ?? '');

const POST_CALLS = operationOf('postSyscalls');

function operationOf(id: string): Asked {
  const found = operations.find(({ operationId }) => operationId === id);
  if (found === undefined) throw new Error(`the document has no ${id}`);
  return found;
}
