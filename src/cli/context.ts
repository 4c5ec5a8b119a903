/** `bpfledger context`: services by name, and which of them the commands ask. */
import { command, type Invocation } from './command.ts';
import { isContextName, keepContexts, readContexts } from './contexts.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { TOKEN_FILE_FLAG, tokenFrom, URL_FLAG, urlFrom } from './service-flags.ts';

const FLAGS = {
  url: { ...URL_FLAG, about: 'for add: where the service is' },
  'token-file': TOKEN_FILE_FLAG,
  json: { about: 'for list: one JSON object a line, without tokens' },
} as const;

type ContextInvocation = Invocation<typeof FLAGS>;

export const context = command({
  usage: 'list | add NAME --url URL | use NAME | remove NAME [options]',
  about:
    'Remembers services by name. Every command asks the one in use, unless --url or BPFLEDGER_URL\n' +
    'names another; BPFLEDGER_CONTEXT names another for one command. The first that is added is in\n' +
    'use. Tokens are kept in a file that only you can read, ~/.config/bpfledger/contexts.json, and\n' +
    'are sent to the address of their context only.',
  flags: FLAGS,
  example: 'npx bpfledger context add prod --url https://ledger.example',
  async run(called) {
    const [verb = 'list', name, extra] = called.words;
    if (verb === 'list' && name === undefined) return list(called);
    if (name === undefined || extra !== undefined || !Object.hasOwn(CHANGES, verb)) {
      throw new UsageError(
        'type context list, context add NAME --url URL, context use NAME or context remove NAME',
      );
    }
    if (verb !== 'add' && called.flags.url !== undefined) {
      throw new UsageError('--url goes with context add');
    }
    CHANGES[verb]?.(called, name);
    return EXIT.done;
  },
});

const CHANGES: Readonly<Record<string, (called: ContextInvocation, name: string) => void>> = {
  add({ flags, print }, name) {
    if (!isContextName(name)) {
      throw new UsageError(
        `${name} is not a valid name of a context: letters, digits, . _ -, at most 64`,
      );
    }
    if (flags.url === undefined) {
      throw new UsageError(`context add needs --url; try context add ${name} --url https://…`);
    }
    const url = urlFrom('--url', flags.url);
    const token = tokenFrom(flags['token-file']);
    const { current = name, contexts } = readContexts();
    keepContexts({
      current,
      contexts: { ...contexts, [name]: { url, ...(token !== undefined && { token }) } },
    });
    print.out(`${name} is ${url}${current === name ? ', and in use' : ''}`);
  },
  use({ print }, name) {
    const { contexts } = requireContext(name);
    keepContexts({ current: name, contexts });
    print.out(`commands ask ${contexts[name]?.url}`);
  },
  remove({ print }, name) {
    const { current, contexts } = requireContext(name);
    const { [name]: _, ...rest } = contexts;
    const stays = current !== undefined && current !== name;
    keepContexts({ ...(stays && { current }), contexts: rest });
    print.out(`${name} is removed${current === name ? '; no context is in use' : ''}`);
  },
};

function requireContext(name: string) {
  const kept = readContexts();
  if (Object.hasOwn(kept.contexts, name)) return kept;
  throw new UsageError(`there is no context ${name}; see bpfledger context list`);
}

function list({ flags, print }: ContextInvocation): number {
  const { current, contexts } = readContexts();
  if (Object.keys(contexts).length === 0 && !flags.json) {
    print.err('there are no contexts: context add NAME --url URL');
  }
  for (const [name, { url, token }] of Object.entries(contexts)) {
    const in_use = name === current;
    if (flags.json)
      print.out(JSON.stringify({ name, url, has_token: token !== undefined, in_use }));
    else print.out(`${in_use ? '*' : ' '} ${name}  ${url}${token ? '  with a token' : ''}`);
  }
  return EXIT.done;
}
