/** Reads a source one piece ahead, so that its next piece is made while one is worked on. */
export class ReadAhead<T> {
  readonly #source: AsyncGenerator<T, undefined>;
  #next: Promise<IteratorResult<T, undefined>>;
  #isHere = false;

  constructor(source: AsyncGenerator<T, undefined>) {
    this.#source = source;
    this.#next = this.#ask();
  }

  /** The next piece is there, or the end is: `next` does not wait. */
  get isHere(): boolean {
    return this.#isHere;
  }

  /** The next piece; undefined at the end. Throws what the source throws. */
  async next(): Promise<T | undefined> {
    const { done, value } = await this.#next;
    if (!done) this.#next = this.#ask();
    return value;
  }

  /** Ends the source, without waiting for a piece that it may be waiting for. */
  end(): void {
    this.#source.return(undefined).catch(() => undefined);
  }

  #ask(): Promise<IteratorResult<T, undefined>> {
    this.#isHere = false;
    const asked = this.#source.next();
    const here = () => {
      this.#isHere = true;
    };
    asked.then(here, here);
    return asked;
  }
}
