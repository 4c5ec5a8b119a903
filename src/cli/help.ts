/** Help texts, made from the declarations of the commands. */
import { type Command, HELP } from './command.ts';

/** Width of the column of flags, and of what stands beside it: 80 columns with the gaps. */
const FLAG_COLUMN = 22;
const ABOUT_COLUMN = 55;
const LINE = 80;

/** The lines that `bpfledger NAME --help` prints. */
export function helpOf(name: string, { usage, about, flags, example }: Command): string[] {
  const rows = Object.entries({ ...flags, ...HELP }).flatMap(([flag, { value, about: text }]) => {
    const shown = `--${flag}${value === undefined ? '' : ` ${value}`}`;
    return linesOf(text, ABOUT_COLUMN).map(
      (line, i) => `  ${(i === 0 ? shown : '').padEnd(FLAG_COLUMN)} ${line}`,
    );
  });
  const lines = [`bpfledger ${name} ${usage}`.trimEnd(), '', ...paragraphs(about), ''];
  return [...lines, 'Options:', ...rows, '', `Example: ${example}`];
}

/** The lines that `bpfledger --help` prints. */
export function overview(
  commands: Readonly<Record<string, { readonly summary: string }>>,
): string[] {
  const rows = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(11)} ${summary}`,
  );
  return [
    'bpfledger: an event-sourced ledger of cgroup-BPF',
    '',
    'bpfledger COMMAND …; bpfledger help COMMAND shows its options and an example.',
    '',
    ...rows,
    '',
    ...linesOf(
      'Exit codes: 0 done · 1 done, and the answer is no (mismatches, differences) · 2 the command ' +
        'line or an input file is wrong · 3 the service or the database refused for another reason, or ' +
        'does not answer · 141 the reader of the output closed it.',
      LINE,
    ),
  ];
}

/** The paragraphs of a text, which empty lines separate, as lines. */
function paragraphs(text: string): string[] {
  return text
    .split('\n\n')
    .flatMap((paragraph) => [...linesOf(paragraph.replaceAll('\n', ' '), LINE), ''])
    .slice(0, -1);
}

/** The words of a text in lines of at most so many characters. */
function linesOf(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length > width && lines.at(-1) !== '') lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
