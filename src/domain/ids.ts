/** Most objects hold no others; all of them share one empty list. */
export const NO_IDS: readonly number[] = [];
