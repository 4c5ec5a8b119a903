/**
 * Ends what a run leaves when it is killed itself: nobody would answer the program any more, and its
 * trees would stay in the temporary directory.
 */
import { type ChildProcess, spawn } from 'node:child_process';

/** It is told that the run has ended well, or its input ends with the run: parents die before children. */
const SCRIPT =
  'end() { children=$(cat /proc/$1/task/*/children); kill -9 $1; ' +
  'for pid in $children; do end $pid; done; }; read -r ended || { end "$1"; rm -rf "$2"; }';

export class Watchman {
  readonly #shell: ChildProcess;

  /**
   * @param pid of the program
   * @param folder that is removed with it
   */
  constructor(pid: number, folder: string) {
    // Out of the session: a terminal that ends the run ends all its processes.
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT, 'sh', String(pid), folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
      detached: true,
    });
    // Without a shell, nobody watches.
    this.#shell.on('error', () => undefined);
    this.#shell.stdin?.on('error', () => undefined);
    this.#shell.unref();
  }

  end(): void {
    this.#shell.stdin?.end('ended\n');
  }
}
