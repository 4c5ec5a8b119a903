/** What a run says on stderr: with `--quiet`, only what went wrong. */
import type { Printer } from '../command.ts';

export interface Voice {
  /** Says what is as it should be. */
  readonly tell: (line: string) => void;
  /** Says what is not. */
  readonly warn: (line: string) => void;
}

/** @param quiet the flag */
export function voiceOf(print: Printer, quiet: true | undefined): Voice {
  return { tell: quiet ? () => undefined : print.err, warn: print.err };
}
