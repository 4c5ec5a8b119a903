/** The kernel that answers, and the events of what was asked of it. */
import type { Call } from '../domain/call.ts';
import type { Decision } from '../domain/decision.ts';
import type { Kernel } from '../domain/kernel.ts';
import { isUnmodelled } from '../domain/outcome.ts';
import { perform } from '../domain/perform.ts';

/** One call with its answer, as the log says it. */
export interface Made {
  /** Which call of the program it is, from 1; absent where it follows from what the program did. */
  readonly asked?: number;
  readonly pid: number;
  readonly comm: string;
  readonly call: Call;
  readonly decision: Decision;
  /** The answer was ordered, and the model does not know of the call. */
  readonly injected?: true;
}

export class World {
  /** Read it freely; `perform` alone changes it. */
  readonly kernel: Kernel;
  readonly #record: (made: Made) => void;
  #asked = 0;

  constructor(kernel: Kernel, record: (made: Made) => void) {
    this.kernel = kernel;
    this.#record = record;
  }

  /** The number of the call that a process asks for now. */
  nextAsked(): number {
    return ++this.#asked;
  }

  /** Makes a call of a process that it did not ask for, and that followed from what it did. */
  perform(pid: number, call: Call): Decision {
    return this.#make(pid, call, undefined);
  }

  /** Makes a call that a process asks for. Of one that is not modelled nothing is recorded. */
  performAsked(pid: number, call: Call, asked: number): Decision {
    return this.#make(pid, call, asked);
  }

  /** Tells of a call whose answer was ordered: the model does not know of it. */
  inject(pid: number, call: Call, asked: number, decision: Decision): void {
    this.#record({ asked, pid, comm: this.#commOf(pid), call, decision, injected: true });
  }

  #make(pid: number, call: Call, asked: number | undefined): Decision {
    const comm = this.#commOf(pid);
    const decision = perform(this.kernel, pid, call);
    if (isUnmodelled(decision.outcome)) return decision;
    this.#record(
      asked === undefined ? { pid, comm, call, decision } : { asked, pid, comm, call, decision },
    );
    return decision;
  }

  #commOf(pid: number): string {
    return this.kernel.processes.get(pid)?.comm ?? '';
  }
}
