/** What a command's error tells who typed it. */
import { ServiceRefusal } from '../client/rest-client.ts';
import type { Flags } from './command.ts';
import { sentenceOf, UsageError } from './exit-code.ts';
import { type CommandLine, hostHint } from './unknown-host.ts';
import { momentHint } from './unknown-moment.ts';

/** Problems that are about what was typed, or about a file that was sent: only the service can tell. */
const OF_INPUT: ReadonlySet<string | undefined> = new Set([
  'urn:bpfledger:problem:invalid-request',
  'urn:bpfledger:problem:unknown-release',
]);

/**
 * The error of a command, with a hint where there is one, and of the kind by which it ends: a value
 * that the service does not know is a wrong use, as one that the command itself does not know.
 *
 * @param flags of the command
 */
export async function addHint(error: unknown, flags: Flags, line: CommandLine): Promise<unknown> {
  const hint =
    tokenHint(error) ?? momentHint(error, flags, line.flags) ?? (await hostHint(error, line));
  const isWrongUse = error instanceof ServiceRefusal && OF_INPUT.has(error.problem?.type);
  if (hint === undefined && !isWrongUse) return error;
  const sentence = hint === undefined ? sentenceOf(error) : `${sentenceOf(error)}: ${hint}`;
  return isWrongUse ? new UsageError(sentence) : new Error(sentence);
}

const UNAUTHORIZED = 401;

/** How a command sends a token: the service names only the header. */
function tokenHint(error: unknown): string | undefined {
  if (!(error instanceof ServiceRefusal) || error.status !== UNAUTHORIZED) return undefined;
  return 'commands send the token of BPFLEDGER_TOKEN, or of the file of --token-file';
}
