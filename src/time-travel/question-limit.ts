/** A question that would take more work than one answer may: which bound it passes, and the way out. */
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
