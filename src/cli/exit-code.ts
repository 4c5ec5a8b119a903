/** Exit codes, the same for every command; README.md lists them. */
export const EXIT = {
  done: 0,
  /** Done, and the answer is no: mismatches, or projections that differ from the log. */
  differs: 1,
  /** The command line, or a file that it names, is not what the command takes. */
  usage: 2,
  /** It could not be done: the service refused or does not answer, or the database cannot be opened. */
  failed: 3,
  /** The reader of the output has closed it, as `| head` does; 128 + SIGPIPE, as shells report it. */
  unread: 141,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What is wrong with a command line, in words that say what to type. */
export class UsageError extends Error {}

/** An input file that cannot be read, or is not of the format. */
export class InputError extends Error {}

/** The sentence of an error, and of what caused it: `fetch failed: connect ECONNREFUSED …`. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, code, path } = error as NodeJS.ErrnoException;
  // The words of Node name a function of its own: open, stat, lstat.
  if (code === 'ENOENT' && path !== undefined) return `there is no file or folder ${path}`;
  const own = error.message || code || error.name;
  if (cause === undefined) return own;
  const below = sentenceOf(cause);
  // Some errors say themselves what caused them.
  return own.includes(below) ? own : `${own}: ${below}`;
}
