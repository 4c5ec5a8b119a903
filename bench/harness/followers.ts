/** Followers in a process of their own, so that reading costs the service and the writer nothing. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FollowOrder, FollowWord } from './following.ts';

const PROGRAM = fileURLToPath(new URL('following.ts', import.meta.url));

export interface Followers {
  /**
   * Waits until every follower has every event.
   *
   * @returns when, by follower and event, in milliseconds of the monotonic clock
   * @throws Error when one missed or reordered an event, or did not get all of them in time
   */
  all(withinMs: number): Promise<Float64Array>;
  stop(): Promise<void>;
}

/** Connects followers; resolves when the service answered each of them. */
export async function startFollowers(order: FollowOrder, withinMs: number): Promise<Followers> {
  const child = fork(PROGRAM, { execArgv: ['--import', 'tsx'], serialization: 'advanced' });
  const heard = new Map<FollowWord['came'], PromiseWithResolvers<FollowWord>>();
  const word = (came: FollowWord['came']) => {
    const known = heard.get(came) ?? withResolvers<FollowWord>();
    heard.set(came, known);
    return known;
  };
  child.on('message', (said: FollowWord) => word(said.came).resolve(said));

  async function waitFor(came: FollowWord['came'], ms: number): Promise<FollowWord> {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`followers: not ${came} in ${ms} ms`)), ms).unref();
    });
    const said = await Promise.race([word(came).promise, word('wrong').promise, late]);
    if (said.came === 'wrong') throw new Error(said.why);
    return said;
  }

  async function stop(): Promise<void> {
    const exited = once(child, 'exit');
    child.disconnect();
    await exited;
  }

  child.send(order);
  try {
    await waitFor('ready', withinMs);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async all(ms) {
      const said = await waitFor('all', ms);
      if (said.came !== 'all') throw new Error(`followers said ${said.came}`);
      return said.times;
    },
    stop,
  };
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((onValue) => {
    resolve = onValue;
  });
  return { promise, resolve };
}
