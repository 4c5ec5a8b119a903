/** The hosts that a word of a command line means: a name, or a pattern of names. */
import type { RestClient } from '../../client/rest-client.ts';
import { allMeant, type Candidate, isPattern, oneMeant } from './candidates.ts';

const SOUGHT = { kind: 'host', where: 'on this service', next: 'see bpfledger hosts list' };
/** Pages of hosts that one pattern looks at. */
const PAGES_MAX = 100;

/** The names of the hosts. A plain name is not looked up: the service knows it or says so. */
export async function hostsMeant(client: RestClient, typed: string): Promise<readonly string[]> {
  if (!isPattern(typed)) return [typed];
  return allMeant(typed, await hostsOf(client), SOUGHT).map(({ id }) => id);
}

/** The one host that a word means. */
export async function hostMeant(client: RestClient, typed: string): Promise<string> {
  return isPattern(typed) ? oneMeant(typed, await hostsOf(client), SOUGHT).id : typed;
}

interface HostNamePage {
  readonly items: readonly { readonly name: string }[];
  readonly next?: string;
}

async function hostsOf(client: RestClient): Promise<Candidate[]> {
  const found: Candidate[] = [];
  let after = '';
  for (let page = 0; page < PAGES_MAX; page++) {
    const { items, next }: HostNamePage = await client.get(`/v1/hosts?limit=1000${after}`);
    for (const { name } of items) found.push({ id: name, names: [name] });
    if (next === undefined) break;
    after = `&after=${encodeURIComponent(next)}`;
  }
  return found;
}
