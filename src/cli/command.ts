/** What a command is: its words for `--help`, the flags that it takes, and what it does. */

export interface Flag {
  /** Name of the value in the help text; absent for a switch that takes none. */
  readonly value?: string;
  readonly about: string;
}

/** Flags by name, without the dashes. */
export type Flags = Readonly<Record<string, Flag>>;

/** What was typed, by flag: text where a value is taken, `true` where not. */
export type Typed<F extends Flags> = {
  readonly [K in keyof F]: (F[K] extends { readonly value: string } ? string : true) | undefined;
};

/** Where a command writes; a line each, without its newline. */
export interface Printer {
  /** Columns of the terminal that people read; undefined where the output goes elsewhere. */
  readonly columns: number | undefined;
  out(line: string): void;
  err(line: string): void;
}

export interface Invocation<F extends Flags> {
  readonly flags: Typed<F>;
  /** The words that are not flags, in order. */
  readonly words: readonly string[];
  readonly print: Printer;
}

export interface Command<F extends Flags = Flags> {
  /** The words after the command's name: `PATH… [options]`. */
  readonly usage: string;
  readonly about: string;
  readonly flags: F;
  readonly example: string;
  /** It continues when nobody reads its output any more: a service must not end with its reader. */
  readonly outlivesReader?: true;
  /** Its exit code: one of `EXIT`, or that of a program which it ran. */
  run(invocation: Invocation<F>): Promise<number>;
}

/** The flag that every command has. */
export const HELP: Flags = { help: { about: 'this text' } };

/** A command, its flags inferred. */
export function command<const F extends Flags>(definition: Command<F>): Command<F> {
  return definition;
}
