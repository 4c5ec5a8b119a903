#!/usr/bin/env node
/** The command `bpfledger`: finds the command that is meant, loads only that one, and runs it. */
import { suggestion } from '../events/schema/near-name.ts';
import { packageVersion } from '../package-version.ts';
import { printableLine } from '../time-travel/text/printable.ts';
import type { Printer } from './command.ts';
import { readLine } from './command-line.ts';
import { COMMANDS } from './commands.ts';
import { EXIT, type ExitCode, InputError, sentenceOf, UsageError } from './exit-code.ts';
import { foldLine } from './fold-line.ts';
import { helpOf, overview } from './help.ts';
import { columnsOf } from './terminal.ts';

const print: Printer = {
  columns: columnsOf(process.stdout),
  out: (line) => write(process.stdout, line),
  err: (line) => write(process.stderr, line),
};

/** A line; a terminal gets it folded to its width. */
function write(stream: NodeJS.WriteStream, line: string): void {
  const text = printableLine(line);
  const columns = columnsOf(stream);
  const parts = columns === undefined ? [text] : foldLine(text, columns);
  stream.write(`${parts.join('\n')}\n`);
}

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined) {
    for (const line of ['bpfledger: which command?', '', ...overview(COMMANDS)]) print.err(line);
    return EXIT.usage;
  }
  if (name === 'help' && args.length > 0) return run([...args, '--help']);
  if (name === '--help' || name === '-h' || name === 'help') {
    for (const line of overview(COMMANDS)) print.out(line);
    return EXIT.done;
  }
  if (name === '--version') {
    print.out(packageVersion());
    return EXIT.done;
  }
  const known = Object.keys(COMMANDS);
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    const hint = suggestion(name, known);
    throw new UsageError(`there is no command ${name}${hint}; bpfledger help lists all`);
  }
  const command = await entry.load();
  const { help, ...line } = readLine(name, command, args);
  if (help) {
    for (const line of helpOf(name, command)) print.out(line);
    return EXIT.done;
  }
  outlivesReader = command.outlivesReader === true;
  try {
    return await command.run({ ...line, print });
  } catch (error) {
    const { addHint } = await import('./error-hint.ts');
    throw await addHint(error, command.flags, line);
  }
}

function exitCodeOf(error: unknown): ExitCode {
  return error instanceof UsageError || error instanceof InputError ? EXIT.usage : EXIT.failed;
}

let outlivesReader = false;

// A reader that has read enough (`| head`) closes the pipe: that ends the command, and is not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!outlivesReader) process.exit(EXIT.unread);
  });
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  print.err(`bpfledger: ${sentenceOf(error)}`);
  process.exitCode = exitCodeOf(error);
}
