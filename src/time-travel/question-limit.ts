/** A question that would take too much work: which limit it passes, and what to ask instead. */
export class QuestionLimit extends Error {
  /** The parameter that makes the question too large. */
  readonly field: string;
  readonly limit: number;

  /** @param message a sentence that names the bound and says what to ask instead */
  constructor(field: string, limit: number, message: string) {
    super(message);
    this.field = field;
    this.limit = limit;
  }
}
