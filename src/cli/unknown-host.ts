/** What to type where the service has no host of the name that was typed. */
import { restClient, ServiceRefusal } from '../client/rest-client.ts';
import { nearName } from '../events/schema/near-name.ts';
import { serviceFrom } from './service-flags.ts';

/** Hosts that are compared, and that are named, at most. */
const COMPARED_MAX = 1000;
const NAMED_MAX = 5;

/** A command line that was read. */
export interface CommandLine {
  readonly flags: Readonly<Record<string, string | true | undefined>>;
  readonly words: readonly string[];
}

/** A sentence about the hosts that there are; undefined when the error is not about a host's name. */
export async function hostHint(
  error: unknown,
  { flags, words }: CommandLine,
): Promise<string | undefined> {
  if (!(error instanceof ServiceRefusal) || error.slug !== 'no-such-host') return undefined;
  const names = await hostsOf(flags).catch(() => undefined);
  // When a word names a host, something else was not found.
  if (names === undefined || words.some((word) => names.includes(word))) return undefined;
  if (names.length === 0) {
    return 'the service has no host yet; try bpfledger hosts create web1 --release 6.18';
  }
  const near = words.map((word) => nearName(word, names)).find((name) => name !== undefined);
  if (near !== undefined) return `did you mean ${near}?`;
  const more = names.length > NAMED_MAX ? ', …; see bpfledger hosts list' : '';
  return `there are ${names.slice(0, NAMED_MAX).join(', ')}${more}`;
}

async function hostsOf({ url, 'token-file': tokenFile }: CommandLine['flags']): Promise<string[]> {
  const text = (flag: string | true | undefined) => (flag === true ? undefined : flag);
  const client = restClient(serviceFrom({ url: text(url), 'token-file': text(tokenFile) }));
  const path = `/v1/hosts?limit=${COMPARED_MAX}`;
  const { items } = await client.get<{ readonly items: readonly { name: string }[] }>(path);
  return items.map(({ name }) => name);
}
