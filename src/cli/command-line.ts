/** Reads a command line by the flags of its command, and says what is wrong with it. */
import { parseArgs } from 'node:util';
import { nearName } from '../events/schema/near-name.ts';
import { type Command, type Flags, HELP, type Typed } from './command.ts';
import { UsageError } from './exit-code.ts';
import { parseSpokenMoment } from './spoken-moment.ts';

/** Values of flags that may be said as people say a time. */
const MOMENTS: ReadonlySet<string | undefined> = new Set(['MOMENT', 'TIME']);

/** Flags whose default is the head, so that it may be said. */
const ENDS_AT_HEAD: ReadonlySet<string> = new Set(['at', 'to']);

interface ParsedLine {
  readonly flags: Typed<Flags>;
  readonly words: readonly string[];
  readonly help: boolean;
}

/**
 * Flags and words of a command line; `--` ends the flags.
 *
 * @throws UsageError
 */
export function readLine(name: string, command: Command, args: readonly string[]): ParsedLine {
  const options = Object.fromEntries(
    Object.entries({ ...command.flags, ...HELP }).map(([flag, { value }]) => [
      flag,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const flags: Record<string, string | true> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const wanted = options[token.name]?.type;
    if (wanted === undefined) throw unknownFlag(name, command, token.rawName);
    const value = flagValue(name, token, wanted);
    if (value === 'head' && ENDS_AT_HEAD.has(token.name)) continue;
    flags[token.name] =
      value !== true && MOMENTS.has(command.flags[token.name]?.value)
        ? parseSpokenMoment(value, new Date())
        : value;
  }
  return { flags: flags as Typed<Flags>, words, help: flags.help === true };
}

function flagValue(
  name: string,
  token: { readonly rawName: string; readonly value?: string | undefined },
  wanted: 'string' | 'boolean',
): string | true {
  const { rawName, value } = token;
  if (wanted === 'boolean') {
    if (value === undefined) return true;
    throw new UsageError(`${rawName} takes no value; see bpfledger ${name} --help`);
  }
  // A value that looks like a flag is more likely one that was forgotten before the next flag.
  if (value !== undefined && value !== '' && !value.startsWith('--')) return value;
  throw new UsageError(`${rawName} needs a value; see bpfledger ${name} --help`);
}

function unknownFlag(name: string, { flags }: Command, typed: string): UsageError {
  const known = [...Object.keys(flags), 'help'];
  // Without the dashes: they would make any two short names similar.
  const bare = typed.replace(/^-+/u, '');
  const near = nearName(bare, known) ?? known.find((flag) => flag.startsWith(`${bare}-`));
  const hint = near === undefined ? '' : `; did you mean "--${near}"?`;
  const listed = known.map((flag) => `--${flag}`).join(', ');
  return new UsageError(`bpfledger ${name} has no option ${typed}${hint} (it has ${listed})`);
}
