/** A hole in the record as it is posted. */
export interface LostLine {
  readonly call: {
    readonly name: 'lost';
    readonly events?: number;
    /** RFC 3339, as the other times. */
    readonly from?: string;
    readonly to?: string;
    readonly cause: string;
  };
  readonly at: string;
}

export function lostLine(at: string, lost: Omit<LostLine['call'], 'name'>): LostLine {
  return { call: { name: 'lost', ...lost }, at };
}
