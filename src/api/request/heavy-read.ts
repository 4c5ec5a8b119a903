/**
 * Heavy reads: questions that read much of a log or compare whole states. A bounded number of each kind is
 * answered concurrently, each for a bounded time, and only while somebody waits for the answer.
 */
import { setMaxListeners } from 'node:events';
import type { Context } from 'hono';
import type { Database } from '../../events/storage/database.ts';
import { whileWanted } from '../../events/storage/while-wanted.ts';
import { callerOfRequest } from '../guard/caller-name.ts';
import { Room, type RoomSize } from '../guard/room.ts';
import { RETRY_AFTER_S } from '../limits.ts';
import { ProblemError } from '../problem.ts';
import type { Service } from '../service.ts';
import { answerInTurns } from '../streams/json-in-turns.ts';

/** The bounds of a kind of heavy reads. */
export interface HeavyKind extends RoomSize {
  /** Their name in the plural. */
  readonly what: string;
  /** Milliseconds that one may take. */
  readonly ms: number;
  /** What to ask instead when it takes longer. */
  readonly instead: string;
}

/** What a heavy read works with. */
export interface HeavyReadTools {
  /** Refuses statements once nobody waits for the answer. */
  readonly database: Database;
  /** Aborts, with a problem, when the client leaves, the time is over, or the service shuts down. */
  readonly signal: AbortSignal;
}

/** The answer of one: a value that becomes JSON, and what follows its text. */
export interface HeavyAnswer {
  readonly value: object;
  readonly end?: string;
}

/** One that is under way. */
export interface UnderWay extends HeavyReadTools {
  /** Makes room for the next one. The owner must call it at the end; a second call has no effect. */
  leave(): void;
  /** Ends it before it is done: the reader of the answer is gone. */
  end(): void;
}

/** Answers heavy reads of one kind. */
export class HeavyReads {
  readonly #service: Service;
  readonly #kind: HeavyKind;
  readonly #room: Room;

  constructor(service: Service, kind: HeavyKind) {
    this.#service = service;
    this.#kind = kind;
    this.#room = new Room(kind, kind.what);
  }

  /** Does the work of one. Throws a problem when there is no room, or when nobody waits for it. */
  async answer<T>(c: Context, work: (wanted: HeavyReadTools) => Promise<T>): Promise<T> {
    const read = this.begin(c);
    try {
      return await work(read);
    } finally {
      read.leave();
    }
  }

  /** Does the work of one, and holds its room until the answer is sent, even past the time limit. */
  async answerJson(
    c: Context,
    work: (wanted: HeavyReadTools) => Promise<HeavyAnswer>,
  ): Promise<Response> {
    const read = this.begin(c);
    try {
      const { value, end } = await work(read);
      return await answerInTurns(c, value, { ...(end && { end }), onEnd: () => read.leave() });
    } catch (error) {
      read.leave();
      throw error;
    }
  }

  /** Begins one that goes on while its answer is sent. */
  begin(c: Context): UnderWay {
    const { closing, database } = this.#service;
    const leave = this.#room.enter(callerOfRequest(c));
    const over = new AbortController();
    const client = c.req.raw.signal;
    const onLeave = () => over.abort(unavailableError('the client left'));
    const closes = () => over.abort(unavailableError('the service shuts down'));
    const timer = setTimeout(() => over.abort(this.#tookTooLong()), this.#kind.ms).unref();
    client.addEventListener('abort', onLeave);
    // Each one under way listens, and rooms bound how many those are.
    setMaxListeners(0, closing);
    closing.addEventListener('abort', closes);
    if (client.aborted) onLeave();
    if (closing.aborted) closes();
    return {
      database: whileWanted(database, over.signal),
      signal: over.signal,
      leave() {
        clearTimeout(timer);
        client.removeEventListener('abort', onLeave);
        closing.removeEventListener('abort', closes);
        leave();
      },
      end() {
        onLeave();
        this.leave();
      },
    };
  }

  #tookTooLong(): ProblemError {
    const { ms, instead } = this.#kind;
    const detail = `it took longer than ${ms / 1000} s; ${instead}`;
    return new ProblemError('took-too-long', { detail, limit: ms });
  }
}

function unavailableError(detail: string): ProblemError {
  return new ProblemError('unavailable', { detail, retry_after: RETRY_AFTER_S });
}
