/** Pairs of fields of which a call may have only one. */
import type { z } from 'zod';

type CallFields = Readonly<Record<string, unknown>>;

/** A refinement: refuses `second` where `first` is given too. */
export function notBoth(...pairs: readonly (readonly [first: string, second: string])[]) {
  return (call: CallFields, context: z.core.$RefinementCtx): void => {
    for (const [first, second] of pairs) {
      if (call[first] === undefined || call[second] === undefined) continue;
      const message = `${first} and ${second} exclude each other`;
      context.addIssue({ code: 'custom', message, path: [second] });
    }
  };
}

export const TARGETS = ['target_fd', 'target_path'] as const;
export const ANCHORS = ['relative_fd', 'relative_id'] as const;
