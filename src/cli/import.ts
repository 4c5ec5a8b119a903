/** `bpfledger import`: an exported log becomes a host of a service. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { restClient } from '../client/rest-client.ts';
import { BUNDLE_TYPE } from '../events/bundle/bundle-line.ts';
import { verifyBundle } from '../time-travel/verify/bundle.ts';
import { command } from './command.ts';
import { EXIT, InputError, sentenceOf, UsageError } from './exit-code.ts';
import { serviceFrom, TOKEN_FLAG, URL_FLAG } from './service-flags.ts';
import { verdictLines } from './verdict-text.ts';

export const importLog = command({
  usage: 'FILE [options]',
  about:
    'Creates a host from a file that bpfledger export wrote, with the same bytes and hashes. First\n' +
    'it verifies the file here. When the chain does not hold, it prints what is wrong, sends\n' +
    'nothing, and exits with 1. The token needs the role admin.',
  flags: {
    as: { value: 'NAME', about: 'name of the new host (default: the one in the file)' },
    url: URL_FLAG,
    token: TOKEN_FLAG,
    json: { about: 'the answer as JSON' },
  },
  example: 'npx bpfledger import demo.bundle --as demo-again',
  async run({ flags, words, print }) {
    const [file, extra] = words;
    if (file === undefined || extra !== undefined) throw new UsageError('import needs one FILE');
    const verdicts = await verifyBundle(createReadStream(file)).catch((error: unknown) => {
      throw new InputError(`${file}: ${sentenceOf(error)}`);
    });
    if (!verdicts.chain.holds) {
      for (const line of verdictLines(verdicts)) print.err(line);
      return EXIT.differs;
    }
    const client = restClient(serviceFrom(flags));
    const query = flags.as === undefined ? '' : `?host=${encodeURIComponent(flags.as)}`;
    const sent = {
      method: 'POST',
      headers: { 'content-type': BUNDLE_TYPE },
      body: Readable.toWeb(createReadStream(file)) as unknown as ReadableStream,
      // fetch wants to be told that the answer comes after the whole body.
      duplex: 'half',
    };
    const response = await client.open(`/v1/bundles${query}`, sent as RequestInit);
    const made = (await response.json()) as {
      readonly host: string;
      readonly position: number;
      readonly proven_to: number;
      readonly untrusted: number;
    };
    const unknown =
      made.untrusted === 0 ? '' : `; ${made.untrusted} checkpoints are of unknown keys`;
    const proven = `proven to position ${made.proven_to}${unknown}`;
    const told = `host ${made.host}: ${made.position} events, ${proven}`;
    print.out(flags.json ? JSON.stringify(made) : told);
    return EXIT.done;
  },
});
