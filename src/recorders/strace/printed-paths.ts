/** The paths that `-y` prints behind the fds of one line. */
import type { Result } from './trace-line.ts';
import type { Arguments, Value } from './value.ts';

/**
 * The paths of a line by fd. There are one or two, and every line has them: a Map for each would take
 * most of the memory that an import leaves behind.
 */
export class PrintedPaths {
  readonly #fds: number[] = [];
  readonly #paths: string[] = [];

  /** Paths behind the fds of the arguments and behind the one that was returned, which counts more. */
  static of(args: Arguments, { ret, path }: Result): PrintedPaths {
    const printed = new PrintedPaths();
    for (const value of args.list) printed.#addAll(value);
    if (path !== undefined && ret > 0) printed.#add(ret, path);
    return printed;
  }

  get size(): number {
    return this.#fds.length;
  }

  get(fd: number): string | undefined {
    return this.#paths[this.#fds.lastIndexOf(fd)];
  }

  #addAll(value: Value): void {
    if (value.kind === 'number') {
      if (value.path !== undefined && !value.deleted) this.#add(value.value, value.path);
    } else if (value.kind === 'list') {
      for (const item of value.items) this.#addAll(item);
    } else if (value.kind === 'struct') {
      for (const field of value.fields.values()) this.#addAll(field);
    }
  }

  #add(fd: number, path: string): void {
    this.#fds.push(fd);
    this.#paths.push(path);
  }
}
