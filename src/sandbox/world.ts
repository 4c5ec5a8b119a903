/** The kernel that answers, and the events of what was asked of it. */
import type { Call } from '../domain/call.ts';
import { type Decision, refuse } from '../domain/decision.ts';
import type { Kernel } from '../domain/kernel.ts';
import { isUnmodelled } from '../domain/outcome.ts';
import { perform } from '../domain/perform.ts';
import { refusalOfUnmodelled } from './unmodelled.ts';

/** One call with its answer, as the log says it. */
export interface LoggedCall {
  /** Which call of the program it is, from 1; absent where it follows from what the program did. */
  readonly asked?: number;
  readonly pid: number;
  readonly comm: string;
  readonly call: Call;
  readonly decision: Decision;
  /** The answer was ordered, and the model does not know of the call. */
  readonly injected?: true;
}

export class SandboxWorld {
  /** Read it freely; `perform` alone changes it. */
  readonly kernel: Kernel;
  readonly #record: (made: LoggedCall) => void;
  #asked = 0;

  constructor(kernel: Kernel, record: (made: LoggedCall) => void) {
    this.kernel = kernel;
    this.#record = record;
  }

  /** The number of the call that a process asks for next. */
  get next(): number {
    return this.#asked + 1;
  }

  /** Makes a call of a process that it did not ask for, and that followed from what it did. */
  perform(pid: number, call: Call): Decision {
    const comm = this.#commOf(pid);
    const decision = perform(this.kernel, pid, call);
    if (!isUnmodelled(decision.outcome)) this.#record({ pid, comm, call, decision });
    return decision;
  }

  /** Makes a call that a process asks for. One that is not modelled gets the errno of a kernel without it. */
  performAsked(pid: number, call: Call): Decision {
    const comm = this.#commOf(pid);
    const { outcome, effects } = perform(this.kernel, pid, call);
    const decision = isUnmodelled(outcome)
      ? refuse(refusalOfUnmodelled(call, String(outcome.about?.what)))
      : { outcome, effects };
    this.#record({ asked: ++this.#asked, pid, comm, call, decision });
    return decision;
  }

  /** Tells of a call that a process asks for, and whose answer is not the model's. */
  tellAsked(pid: number, call: Call, decision: Decision, injected?: true): void {
    const made = { asked: ++this.#asked, pid, comm: this.#commOf(pid), call, decision };
    this.#record(injected === undefined ? made : { ...made, injected });
  }

  #commOf(pid: number): string {
    return this.kernel.processes.get(pid)?.comm ?? '';
  }
}
