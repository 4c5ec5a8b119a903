// What all who play in a story share.

import type { Log } from '../../src/events/log.ts';
import { LogRefusal } from '../../src/events/log-refusal.ts';
import { DatabaseAbsent, troubleOf } from '../../src/events/storage/database-error.ts';
import type { Network } from './network.ts';
import type { Kind, Streams } from './plan.ts';
import type { Server } from './server.ts';
import type { Timeline } from './timeline.ts';

export const HOST = 'web1';

/** What holds in every story. */
export type PromiseName =
  | 'what is acknowledged stays'
  | 'a request is recorded once'
  | 'a request has one answer'
  | 'a request is answered'
  | 'the log is whole'
  | 'the projections are a fold'
  | 'the state is a fold'
  | 'followers see each event once'
  | 'a story ends';

/** A promise that was broken, and how, in a sentence. */
export interface Fault {
  readonly promise: PromiseName;
  readonly says: string;
}

export interface Service {
  readonly number: number;
  readonly log: Log;
  readonly network: Network;
  isDead: boolean;
  /** Microseconds that its clock is off. */
  offUs: number;
}

export interface Scene {
  readonly timeline: Timeline;
  readonly server: Server;
  readonly streams: Streams;
  /** Changes when one is killed. */
  readonly services: Service[];
  /** Whether something of a kind may happen now. */
  readonly happens: (kind: Kind) => boolean;
  /** Whether clients send nothing new any more. */
  readonly isLate: () => boolean;
  /** Followers go home. */
  readonly isOver: () => boolean;
  /** Writes down what happened. */
  readonly tell: (what: string) => void;
  readonly accuse: (promise: PromiseName, says: string) => void;
}

/** One of the services, by a number from 0 to below 1. */
export function oneOf({ services }: Scene, which: number): Service {
  return services[Math.floor(which * services.length)] as Service;
}

const REFUSALS = new Set(['fate-unknown', 'closed', 'hosts-busy', 'queue-full', 'busy']);

/** Whether a caller has to expect an error while things fail. */
export function isExpected(error: unknown): boolean {
  if (error instanceof LogRefusal) return REFUSALS.has(error.reason.why);
  return error instanceof DatabaseAbsent || troubleOf(error) !== undefined;
}
