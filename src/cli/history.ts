/** `bpfledger history`: the life of a link, program, map, cgroup, process or pin. */
import { restClient } from '../client/rest-client.ts';
import { suggestion } from '../events/schema/near-name.ts';
import { command } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { cgroupMeant } from './named/cgroups.ts';
import { hostMeant } from './named/hosts.ts';
import type { WhereNamed } from './named/list-effects.ts';
import { programMeant } from './named/programs.ts';
import { AT_FLAG, printAnswer, SERVICE_FLAGS } from './question.ts';
import { serviceFrom } from './service-flags.ts';

const PLURALS: Readonly<Record<string, string>> = {
  link: 'links',
  program: 'programs',
  map: 'maps',
  cgroup: 'cgroups',
  process: 'processes',
};

const KINDS = [...Object.keys(PLURALS), 'pin'];

const USAGE = 'type history HOST link|program|map|cgroup|process|pin ID|PATH';

const FLAGS = {
  at: AT_FLAG,
  after: { value: 'POSITION', about: 'only events after this position' },
  limit: { value: 'N', about: 'at most N events (default 1000)' },
  ...SERVICE_FLAGS,
} as const;

export const history = command({
  usage: 'HOST link|program|map|cgroup|process|pin ID|PATH [options]',
  about:
    'Prints the events of one object in the boot of the moment: who made it, changed it and held\n' +
    'it, which calls on it were refused, and why it ended. Name a pin by its path, and a cgroup by\n' +
    'its id, or by its path for all cgroups that had this path one after the other; a program by\n' +
    'its name or tag too.',
  flags: FLAGS,
  example: 'npx bpfledger history demo program 5001',
  async run({ flags, words, print }) {
    const [typedHost, kind = '', typed, extra] = words;
    const isKnown = kind === 'pin' || Object.hasOwn(PLURALS, kind);
    if (typedHost === undefined || typed === undefined || extra !== undefined || !isKnown) {
      throw new UsageError(`${USAGE}${isKnown ? '' : kindHint(kind)}`);
    }
    const { at, after, limit = '1000' } = flags;
    const client = restClient(serviceFrom(flags));
    const host = await hostMeant(client, typedHost);
    const name = await nameOf(kind, typed, { client, host, at });
    const common = { at, after, limit };
    const byPath = kind === 'pin' ? 'pins' : kind === 'cgroup' && name.startsWith('/') && 'cgroups';
    const resource = byPath || `${PLURALS[kind]}/${encodeURIComponent(name)}`;
    const query = { ...common, ...(byPath && { path: name }) };
    await printAnswer({ flags, print }, { host, resource: `${resource}/history`, query });
    return EXIT.done;
  },
});

/** The kind that a misspelt or shortened one may mean. */
function kindHint(typed: string): string {
  const [whole, other] = KINDS.filter((kind) => typed !== '' && kind.startsWith(typed));
  if (whole !== undefined && other === undefined) return `; did you mean "${whole}"?`;
  return suggestion(typed, KINDS);
}

/** What a word means, of kinds that have names; links, maps and processes have ids alone. */
async function nameOf(kind: string, typed: string, where: WhereNamed): Promise<string> {
  if (kind === 'program') return programMeant(typed, where);
  if (kind === 'cgroup') return cgroupMeant(typed, where);
  if (kind === 'pin' || /^\d+$/u.test(typed)) return typed;
  throw new UsageError(
    `${typed} is not the number of a ${kind}; bpfledger at ${where.host} head shows the numbers`,
  );
}
