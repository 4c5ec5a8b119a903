/** The stored rows are not a log: an event is missing, or it cannot have happened. */
export class DamagedLog extends Error {
  readonly position: number;

  constructor(position: number, message: string, options?: ErrorOptions) {
    super(`position ${position}: ${message}`, options);
    this.position = position;
  }
}

/** The projections have rows of events that the log does not hold; they are derived from it anew. */
export class ProjectionsAhead extends DamagedLog {
  constructor(position: number, constraint: string, options?: ErrorOptions) {
    super(position, `the projections have rows of events after the head (${constraint})`, options);
  }
}
