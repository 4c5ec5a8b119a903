/** A rule by which calls are refused. */
export interface Rule {
  /** Kernel function, and section of the semantics. */
  readonly source: string;
  /** Why, with the objects involved in braces. */
  readonly sentence: string;
}

export const rule = (source: string, sentence: string): Rule => ({ source, sentence });
