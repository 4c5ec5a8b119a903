/**
 * The forks of a program. Each is asked about, so that processes that fork and end without a pause
 * wait for this loop: it keeps up with their ends, and none escapes when all that is left is killed.
 */
import type { Handler } from '../handlers.ts';
import { CONTINUED, refuse } from '../notified.ts';

/** @param isEnding the program has ended: nothing that it left makes another process */
export function forkHandlers(isEnding: () => boolean): readonly Handler[] {
  return (['clone', 'clone3', 'fork', 'vfork'] as const).map((name) => {
    const answer = () => (isEnding() ? refuse('EAGAIN') : CONTINUED);
    return { name, alone: answer, answer };
  });
}
