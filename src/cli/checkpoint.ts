/** `bpfledger checkpoint`: signs where a log stands, and lists what was signed. */
import { restClient } from '../recorders/rest-client.ts';
import { command } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { serviceFrom, TOKEN_FLAG, URL_FLAG } from './service-flags.ts';

interface Checkpoint {
  readonly host: string;
  readonly position: number;
  readonly hash: string;
  readonly signed_at: string;
  readonly key_id: string;
}

interface Page {
  readonly items: readonly Checkpoint[];
  readonly next?: string;
}

export const checkpoint = command({
  usage: '[sign | list] HOST [options]',
  about:
    'Has the service sign where the log of a host stands now, or lists what it has signed. Kept\n' +
    'elsewhere, a checkpoint proves later that nothing before it was rewritten.',
  flags: { url: URL_FLAG, token: TOKEN_FLAG, json: { about: "as the API's JSON, one a line" } },
  example: 'npx bpfledger checkpoint demo',
  async run({ flags, words, print }) {
    const [first, second, ...extra] = words;
    const verb = second === undefined ? 'sign' : first;
    const host = second ?? first;
    if (host === undefined || extra.length > 0 || (verb !== 'sign' && verb !== 'list')) {
      throw new UsageError('type checkpoint HOST, or checkpoint list HOST');
    }
    const client = restClient(serviceFrom(flags));
    const path = `/v1/hosts/${encodeURIComponent(host)}/checkpoints`;
    const show = (one: Checkpoint) => print.out(flags.json ? JSON.stringify(one) : textOf(one));
    if (verb === 'sign') {
      show(await client.post<Checkpoint>(path, {}));
      return EXIT.done;
    }
    for (let after: string | undefined = '0'; after !== undefined; ) {
      const page: Page = await client.get<Page>(`${path}?limit=1000&after=${after}`);
      for (const one of page.items) show(one);
      after = page.next;
    }
    return EXIT.done;
  },
});

function textOf({ host, position, hash, signed_at, key_id }: Checkpoint): string {
  return `${host} at position ${position}: hash ${hash}, signed ${signed_at} by key ${key_id}`;
}
