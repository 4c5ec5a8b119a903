/** What wait(2) tells of a process that ended. */

/** The exit code of a wait status, as shells report it. */
export function codeOf(status = 0): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}
