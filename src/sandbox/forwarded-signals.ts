/** The signals that a supervisor is sent: the program that it runs is meant. */
import { isatty } from 'node:tty';

const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;
/** A terminal sends these to the program as well. */
const OF_TERMINALS: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);

/** Forwards signals until it is ended. */
export class ForwardedSignals {
  /** The signal that came last: whoever sent it wants no further run. */
  last: NodeJS.Signals | undefined;
  readonly #take: (signal: NodeJS.Signals) => void;

  constructor(send: (signal: NodeJS.Signals) => void) {
    const isOnTerminal = isatty(0);
    this.#take = (signal) => {
      this.last = signal;
      if (!isOnTerminal || !OF_TERMINALS.has(signal)) send(signal);
    };
    for (const signal of FORWARDED) process.on(signal, this.#take);
  }

  end(): void {
    for (const signal of FORWARDED) process.off(signal, this.#take);
  }
}
