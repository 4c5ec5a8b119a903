/** Who runs a command, for the records that it leaves. */
import { userInfo } from 'node:os';

/** The user of the machine; one without a name by the number. */
export function userOfMachine(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
