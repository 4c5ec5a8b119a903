// The commands that a page of the documentation shows, taken apart; and the options that a script knows,
// read from its source.

export interface DocumentedCommand {
  readonly program: 'npm' | 'vitest' | 'bpfledger';
  /** The script or the command; `vitest` for itself. */
  readonly name: string;
  readonly options: readonly { readonly option: string; readonly value: string | undefined }[];
  /** What is not an option. */
  readonly words: readonly string[];
  /** Names of the variables that are set before it. */
  readonly variables: readonly string[];
}

/** Code between backquotes, and lines that are indented as code. */
const CODE = /`([^`\n]+)`|^ {4}(\S[^#\n]*)/gmu;
const BEGINS =
  /^((?:[A-Z_]+=\S+ )*)(npm run ([\w:-]+)|npx vitest run|(?:npx bpfledger|sudo \/opt\/bpfledger\/dist\/cli\/bpfledger\.js) ([\w-]+))(.*)$/u;

/** All commands of a page; `-- --option …` alone is the script before it once more. */
export function commandsIn(page: string): DocumentedCommand[] {
  const commands: DocumentedCommand[] = [];
  let before = '';
  for (const [, quoted, indented] of page.matchAll(CODE)) {
    const code = (quoted ?? indented ?? '').trim();
    const text = code.startsWith('-- ') ? `${before} ${code}` : code;
    const [, set = '', begin = '', script, command, rest = ''] = BEGINS.exec(text) ?? [];
    if (begin === '') continue;
    if (script !== undefined) before = begin;
    const program = script !== undefined ? 'npm' : command !== undefined ? 'bpfledger' : 'vitest';
    commands.push({
      program,
      name: script ?? command ?? program,
      ...argumentsIn(rest),
      variables: [...set.matchAll(/([A-Z_]+)=/gu)].map(([, name]) => String(name)),
    });
  }
  return commands;
}

function argumentsIn(text: string): Pick<DocumentedCommand, 'options' | 'words'> {
  const options: { option: string; value: string | undefined }[] = [];
  const words: string[] = [];
  const all = text.split(' ').filter((word) => word !== '' && word !== '--');
  for (let i = 0; i < all.length; i++) {
    const word = all[i] as string;
    if (!word.startsWith('--')) {
      words.push(word);
      continue;
    }
    const next = all[i + 1];
    const value = next === undefined || next.startsWith('--') ? undefined : next;
    if (value !== undefined) i++;
    options.push({ option: word.slice(2), value });
  }
  return { options, words };
}

/** The options of a script's `parseArgs`, and whether each takes a value; none without `parseArgs`. */
export function optionsIn(source: string): Map<string, boolean> {
  const begin = /parseArgs\(\{\s*options: \{/u.exec(source);
  const options = new Map<string, boolean>();
  if (begin === null) return options;
  const from = begin.index + begin[0].length;
  // To the brace that closes the options: those of each option stand in braces of their own.
  const [text = ''] = /^(?:[^{}]|\{[^{}]*\})*/u.exec(source.slice(from)) ?? [];
  for (const [, quoted, plain, type] of text.matchAll(
    /(?:'([\w-]+)'|([\w-]+)): \{[^{}]*?type: '(\w+)'/gu,
  )) {
    options.set(quoted ?? plain ?? '', type === 'string');
  }
  return options;
}
