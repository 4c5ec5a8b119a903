/** A program of a benchmark's in a process of its own, which is asked one thing after the other. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface AskedProcess<Question, Answer> {
  /** Sends a question and gives the answer. Throws when the process ends instead. */
  ask(question: Question): Promise<Answer>;
  stop(): void;
}

/** Starts a program that answers each message by one. */
export function askedProcess<Question extends object | string, Answer>(
  program: URL,
  args: readonly string[] = [],
): AskedProcess<Question, Answer> {
  const child = fork(fileURLToPath(program), args, { execArgv: ['--import', 'tsx'] });
  const ended = once(child, 'exit').then(([code, signal]): never => {
    throw new Error(`${program.pathname} ended with ${code ?? signal}`);
  });
  ended.catch(() => undefined);
  return {
    async ask(question) {
      child.send(question);
      const [answer] = await Promise.race([once(child, 'message'), ended]);
      return answer;
    },
    stop: () => child.kill(),
  };
}
