/** Orders for a test: answers that the kernel is to give once, and a death at a chosen call. */
import { refusal } from '../domain/decision.ts';
import type { Errno } from '../domain/errno.ts';
import type { Refusal } from '../domain/outcome.ts';
import type { AskedCall, Fallible } from './fallible.ts';
import { sendSignal } from './processes/leftovers.ts';

/** The nth call of a name fails: `link_create#2=ENOMEM`; every one, without a number. */
export interface OrderedFault {
  readonly call: Fallible;
  readonly nth: number | undefined;
  readonly errno: Errno;
}

export interface Orders {
  readonly faults: readonly OrderedFault[];
  /** The process that makes the nth call of all is killed before the call is made. */
  readonly killAt: number | undefined;
}

/** An order that was never carried out: a fault, or the death at a chosen call. */
export type Unfired =
  /** `calls`: how often the call of the fault was made. */
  | { readonly fault: OrderedFault; readonly killAt?: undefined; readonly calls: number }
  /** `calls`: how many calls were made. */
  | { readonly fault?: undefined; readonly killAt: number; readonly calls: number };

/** Carries out the orders of one run, and knows which it did not come to. */
export class Disturber {
  readonly #orders: Orders;
  readonly #counts = new Map<AskedCall['name'], number>();
  readonly #fired = new Set<OrderedFault>();
  #asked = 0;

  readonly #kill: (pid: number) => void;

  /** @param kill kills a process */
  constructor(orders: Orders, kill = (pid: number) => sendSignal(pid, 'SIGKILL')) {
    this.#orders = orders;
    this.#kill = kill;
  }

  /**
   * What a call is answered in place of the model's answer, if anything was ordered.
   *
   * @param asked which call of all it is, from 1
   */
  answer({ name }: AskedCall, pid: number, asked: number): Refusal | undefined {
    const { faults, killAt } = this.#orders;
    if (faults.length === 0 && killAt === undefined) return undefined;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    this.#asked = asked;
    if (asked === killAt) {
      this.#kill(pid);
      return refusal('EINTR', 'kernel-said-so');
    }
    const fault = faults.find(({ call, nth }) => call === name && (nth ?? count) === count);
    if (fault === undefined) return undefined;
    this.#fired.add(fault);
    return refusal(fault.errno, 'kernel-said-so');
  }

  /** The orders that the calls so far did not come to. */
  listUnfired(): readonly Unfired[] {
    const { faults, killAt } = this.#orders;
    const waiting = faults.filter((fault) => !this.#fired.has(fault));
    return [
      ...waiting.map((fault) => ({ fault, calls: this.#counts.get(fault.call) ?? 0 })),
      ...(killAt !== undefined && this.#asked < killAt ? [{ killAt, calls: this.#asked }] : []),
    ];
  }
}
