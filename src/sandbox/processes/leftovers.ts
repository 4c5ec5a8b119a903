/** What a program started, and how it is ended with it. */
import { descendantsOf, isBelow, isUnderFilter } from './proc.ts';

/** Whether a process lives under a filter of ours. */
export function isProgram(pid: number): boolean {
  return isBelow(process.pid, pid) && isUnderFilter(pid);
}

/** The processes that live under a filter of ours. */
export function programsLeft(): readonly number[] {
  return descendantsOf(process.pid).filter(isUnderFilter);
}

/** Kills them; the number is how many there were. */
export function killLeft(): number {
  const left = programsLeft();
  for (const pid of left) sendSignal(pid, 'SIGKILL');
  return left.length;
}

/** Sends a signal to a process that may be gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}
