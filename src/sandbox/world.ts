/** The kernel that answers, and the events of what was asked of it. */
import type { Call } from '../domain/call.ts';
import type { Decision } from '../domain/decision.ts';
import type { Kernel } from '../domain/kernel.ts';
import { perform } from '../domain/perform.ts';

/** One call with its answer, as the log says it. */
export interface Made {
  readonly pid: number;
  readonly comm: string;
  readonly call: Call;
  readonly decision: Decision;
}

export class World {
  /** Read it freely; `perform` alone changes it. */
  readonly kernel: Kernel;
  readonly #record: (made: Made) => void;

  constructor(kernel: Kernel, record: (made: Made) => void) {
    this.kernel = kernel;
    this.#record = record;
  }

  /** Makes a call of a process: an event, whether it is done or refused. */
  perform(pid: number, call: Call): Decision {
    const comm = this.kernel.processes.get(pid)?.comm ?? '';
    const decision = perform(this.kernel, pid, call);
    this.#record({ pid, comm, call, decision });
    return decision;
  }
}
