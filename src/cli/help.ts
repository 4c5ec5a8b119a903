/** Help texts, made from the declarations of the commands. */
import { type Command, HELP } from './command.ts';

/** Width of the column of flags. */
const FLAG_COLUMN = 22;

/** The lines that `bpfledger NAME --help` prints. */
export function helpOf(name: string, { usage, about, flags, example }: Command): string[] {
  const rows = Object.entries({ ...flags, ...HELP }).map(([flag, { value, about: text }]) => {
    const shown = `--${flag}${value === undefined ? '' : ` ${value}`}`;
    return `  ${shown.padEnd(FLAG_COLUMN)} ${text}`;
  });
  const lines = [`bpfledger ${name} ${usage}`.trimEnd(), '', ...about.split('\n'), ''];
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
    'bpfledger COMMAND …; bpfledger COMMAND --help shows its options and an example.',
    '',
    ...rows,
    '',
    'Exit codes: 0 done · 1 done, and the answer is no (mismatches, differences) · 2 the command',
    'line or an input file is wrong · 3 the service or the database refused, or does not answer.',
  ];
}
