/**
 * Calls between two threads over one port: each side answers by name what the other asks. Values
 * are cloned, and so are errors, with the fields that say what a database refused.
 */
import type { MessagePort, Worker } from 'node:worker_threads';

/** The end of a port that a thread holds, or the thread that holds the other end. */
type Port = Pick<MessagePort | Worker, 'postMessage'> & {
  on(event: 'message', take: (message: ThreadMessage) => void): unknown;
};

type ThreadMessage =
  | { readonly call: number; readonly name: string; readonly values: readonly unknown[] }
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly error: ClonedError };

interface ClonedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Other fields of the error, such as `code`; only strings, numbers and booleans. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause: ClonedError | undefined;
}

/** What a thread answers, by name. */
export type Answering = Readonly<Record<string, (...values: never[]) => unknown>>;

export interface Calls {
  /** Asks the other side. Rejects with its error, or with the reason when the calls ended. */
  call<T>(name: string, ...values: readonly unknown[]): Promise<T>;
  /** Calls that wait for their answer. */
  readonly waiting: number;
  /** The other side is gone: every call that waits, and every later one, fails with the reason. */
  end(reason: Error): void;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** Calls over a port that nobody else uses. */
export function callsOver(port: Port, answering: Answering = {}): Calls {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let ended: Error | undefined;

  async function answer(call: number, name: string, values: readonly unknown[]): Promise<void> {
    try {
      const work = answering[name];
      if (work === undefined) throw new Error(`the thread does not answer ${name}`);
      port.postMessage({ answer: call, value: await work(...(values as never[])) });
    } catch (error) {
      port.postMessage({ answer: call, error: cloneError(error) });
    }
  }

  port.on('message', (message) => {
    if ('call' in message) {
      answer(message.call, message.name, message.values);
      return;
    }
    const asked = waiting.get(message.answer);
    waiting.delete(message.answer);
    if ('error' in message) asked?.reject(errorOf(message.error));
    else asked?.resolve(message.value as never);
  });

  return {
    call<T>(name: string, ...values: readonly unknown[]) {
      if (ended !== undefined) return Promise.reject<T>(ended);
      return new Promise<T>((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        port.postMessage({ call: last, name, values });
      });
    },
    get waiting() {
      return waiting.size;
    },
    end(reason) {
      ended ??= reason;
      for (const { reject } of waiting.values()) reject(ended);
      waiting.clear();
    },
  };
}

function cloneError(error: unknown): ClonedError {
  if (!(error instanceof Error)) return cloneError(new Error(String(error)));
  const { name, message, stack, cause } = error;
  const fields = Object.entries(error).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  );
  return {
    name,
    message,
    stack,
    fields: Object.fromEntries(fields),
    cause: cause === undefined ? undefined : cloneError(cause),
  };
}

function errorOf({ name, message, stack, fields, cause }: ClonedError): Error {
  const error = new Error(message, cause === undefined ? {} : { cause: errorOf(cause) });
  return Object.assign(error, fields, { name, stack });
}
