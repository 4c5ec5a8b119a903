// What visits came to, in a file with a line for each, so that a run that was ended goes on behind it.

import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** A visit that is done, and whose logs were verified. */
export interface DoneVisit {
  readonly seed: number;
  readonly nth: number;
  readonly requests: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly busy: number;
  readonly events: number;
  readonly faults: readonly string[];
  /** MiB of the service after it. */
  readonly memory: number;
}

/** The visits of a seed. */
export class Progress {
  readonly #path: string | undefined;
  readonly #done = new Map<number, DoneVisit>();

  /** @param path of the file; without one, nothing is kept */
  constructor(seed: number, path: string | undefined) {
    this.#path = path;
    if (path === undefined || !existsSync(path)) return;
    const lines = readFileSync(path, 'utf8').split('\n');
    // A run that was killed may have left a piece of a line.
    if (lines.pop() !== '') appendFileSync(path, '\n');
    for (const line of lines) {
      const visit = wholeLine(line);
      if (visit?.seed === seed) this.#done.set(visit.nth, visit);
    }
  }

  has(nth: number): boolean {
    return this.#done.has(nth);
  }

  add(visit: DoneVisit): void {
    this.#done.set(visit.nth, visit);
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(visit)}\n`);
  }

  get visits(): readonly DoneVisit[] {
    return [...this.#done.values()];
  }

  get requests(): number {
    return this.visits.reduce((sum, { requests }) => sum + requests, 0);
  }

  get faults(): readonly string[] {
    return this.visits.flatMap(({ faults }) => faults);
  }

  /** How often each status was answered, as `7 × 200, 3 × 404`. */
  get statuses(): string {
    const counts = new Map<string, number>();
    for (const { statuses } of this.visits) {
      for (const [status, n] of Object.entries(statuses)) {
        counts.set(status, (counts.get(status) ?? 0) + n);
      }
    }
    const sorted = [...counts].sort(([a], [b]) => Number(a) - Number(b));
    return sorted.map(([status, n]) => `${n} × ${status}`).join(', ');
  }
}

function wholeLine(line: string): DoneVisit | undefined {
  try {
    return JSON.parse(line) as DoneVisit;
  } catch {
    return undefined;
  }
}
