/** `bpfledger completion`: what a shell needs to complete commands and their options. */
import { type Command, command, HELP } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';

interface Listed {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** A command with its options, dashes and all. */
interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly { readonly flag: string; readonly about: string }[];
}

const SHELLS: Readonly<Record<string, (commands: readonly Completed[]) => string[]>> = {
  bash: bashLines,
  zsh: zshLines,
  fish: fishLines,
};

/** The command `completion`, for the commands that there are. */
export function completionOf(commands: Readonly<Record<string, Listed>>): Command {
  return command({
    usage: Object.keys(SHELLS).join(' | '),
    about:
      'Prints a script that completes commands and options. For bash, put\n' +
      'source <(bpfledger completion bash) into ~/.bashrc; for zsh, the same line with zsh into\n' +
      '~/.zshrc, after compinit; for fish, write it to ~/.config/fish/completions/bpfledger.fish.',
    flags: {},
    example: 'npx bpfledger completion bash',
    async run({ words, print }) {
      const [shell = '', extra] = words;
      const write = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
      if (write === undefined || extra !== undefined) {
        throw new UsageError('type completion bash, completion zsh, or completion fish');
      }
      const listed: Completed[] = [];
      for (const [name, { summary, load }] of Object.entries(commands)) {
        const { flags } = await load();
        const options = Object.entries({ ...flags, ...HELP });
        listed.push({
          ...{ name, summary },
          options: options.map(([flag, { about }]) => ({ flag: `--${flag}`, about })),
        });
      }
      for (const line of write(listed)) print.out(line);
      return EXIT.done;
    },
  });
}

function bashLines(commands: readonly Completed[]): string[] {
  return [
    '_bpfledger() {',
    '  local word="$' + '{COMP_WORDS[COMP_CWORD]}" words=""',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words="${commands.map(({ name }) => name).join(' ')} help"`,
    '  elif [[ "$word" == -* ]]; then',
    '    case "$' + '{COMP_WORDS[1]}" in',
    ...commands.map(
      ({ name, options }) =>
        `      ${name}) words="${options.map(({ flag }) => flag).join(' ')}" ;;`,
    ),
    '    esac',
    '  else',
    '    COMPREPLY=($(compgen -f -- "$word"))',
    '    return',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    'complete -F _bpfledger bpfledger',
  ];
}

function zshLines(commands: readonly Completed[]): string[] {
  const describeWord = (word: string, about: string) =>
    quote(`${word.replaceAll(':', '\\:')}:${about}`);
  return [
    '#compdef bpfledger',
    '_bpfledger() {',
    '  local -a words',
    '  if (( CURRENT == 2 )); then',
    `    words=(${commands.map(({ name, summary }) => describeWord(name, summary)).join(' ')})`,
    '    _describe command words',
    '  elif [[ "$' + '{words[CURRENT]}" == -* ]] || [[ "$PREFIX" == -* ]]; then',
    '    case "$' + '{BUFFER%% -*}" in',
    ...commands.map(
      ({ name, options }) =>
        `      *bpfledger\\ ${name}*) words=(${options.map(({ flag, about }) => describeWord(flag, about)).join(' ')}) ;;`,
    ),
    '    esac',
    '    _describe option words',
    '  else',
    '    _files',
    '  fi',
    '}',
    'compdef _bpfledger bpfledger',
  ];
}

function fishLines(commands: readonly Completed[]): string[] {
  return commands.flatMap(({ name, summary, options }) => [
    `complete -c bpfledger -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
    ...options.map(
      ({ flag, about }) =>
        `complete -c bpfledger -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)} -d ${quote(about)}`,
    ),
  ]);
}

/** A word of these shells, as it is. */
function quote(text: string): string {
  return `'${text.replaceAll("'", '’')}'`;
}
