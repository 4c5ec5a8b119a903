/** The stored rows are not a log: an event is missing, or it cannot have happened. */
export class DamagedLog extends Error {
  readonly position: number;

  constructor(position: number, message: string, options?: ErrorOptions) {
    super(`position ${position}: ${message}`, options);
    this.position = position;
  }
}
