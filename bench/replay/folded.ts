/** What a process answers that was told to fold. */
export interface Folded {
  readonly ms: number;
  readonly digest: string;
}
