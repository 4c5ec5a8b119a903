/** `bpfledger history`: the life of a link, program, map, cgroup, process or pin. */
import { restClient } from '../recorders/rest-client.ts';
import { command, type Invocation } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { AT_FLAG, pathOf, printAnswer, SERVICE_FLAGS } from './question.ts';
import { serviceFrom } from './service-flags.ts';

const PLURALS: Readonly<Record<string, string>> = {
  link: 'links',
  program: 'programs',
  map: 'maps',
  cgroup: 'cgroups',
  process: 'processes',
};

const FLAGS = {
  at: AT_FLAG,
  after: { value: 'POSITION', about: 'only what came after this position' },
  limit: { value: 'N', about: 'at most so many events (default 1000)' },
  ...SERVICE_FLAGS,
} as const;

export const history = command({
  usage: 'HOST link|program|map|cgroup|process|pin ID|PATH [options]',
  about:
    'Prints the life of one thing, in the boot of the moment: who made it, changed it, held it,\n' +
    'what was refused about it, and why it ended. A cgroup goes by id or path, a pin by path.',
  flags: FLAGS,
  example: 'npx bpfledger history demo program 5001',
  async run(invocation) {
    const { flags, words, print } = invocation;
    const [host, kind = '', name, extra] = words;
    const isKnown = kind === 'pin' || Object.hasOwn(PLURALS, kind);
    if (host === undefined || name === undefined || extra !== undefined || !isKnown) {
      throw new UsageError('type history HOST link|program|map|cgroup|process|pin ID|PATH');
    }
    const { at, after, limit = '1000' } = flags;
    const common = { at, after, limit };
    if (kind === 'pin') {
      const query = { ...common, path: name };
      await printAnswer({ flags, print }, { host, resource: 'pins/history', query });
      return EXIT.done;
    }
    const id =
      kind === 'cgroup' && name.startsWith('/') ? await idOf(invocation, host, name) : name;
    const resource = `${PLURALS[kind]}/${encodeURIComponent(id)}/history`;
    await printAnswer({ flags, print }, { host, resource, query: common });
    return EXIT.done;
  },
});

/** The id of the cgroup at a path. */
async function idOf(
  { flags }: Invocation<typeof FLAGS>,
  host: string,
  path: string,
): Promise<string> {
  const client = restClient(serviceFrom(flags));
  const question = { host, resource: 'cgroups', query: { path, at: flags.at } };
  const { items } = await client.get<{ items: { cgroup_id: number }[] }>(pathOf(question));
  const [cgroup] = items;
  if (cgroup !== undefined) return String(cgroup.cgroup_id);
  throw new Error(`there is no cgroup ${path} then; --at names an earlier moment`);
}
